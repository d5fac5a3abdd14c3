import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chatRequestSchema, reasoningOptionsSchema } from "../../src/schema/chat.ts";
import { inputChecksSchema, outputChecksSchema } from "../../src/schema/checks.ts";
import { ragParamsSchema } from "../../src/schema/retrieval.ts";

const ROOT = join(import.meta.dirname, "../..");
const HEADING = "## Every parameter of four systems";

const words = (text: string) => text.trim().split(/\s+/);
const under = (name: string, keys: string) => words(keys).map((key) => `${name}.${key}`);
const MESSAGES = ["system", "developer", "user", "assistant", "tool", "name"].map((name) => `messages: ${name}`);
const CONTENTS = ["text", "image_url", "input_audio", "file", "video_url", "input_video"].map(
  (type) => `content: ${type}`,
);

/** What each system documents that a request may have, in its own order. */
const SYSTEMS: Record<string, string[]> = {
  /** Bud AI Foundry. */
  B: [
    ...words(`model messages temperature max_tokens max_completion_tokens top_p frequency_penalty presence_penalty
      repetition_penalty stream stream_options n stop response_format seed logprobs top_logprobs logit_bias tools
      tool_choice parallel_tool_calls user chat_template chat_template_kwargs mm_processor_kwargs guided_json
      guided_regex guided_choice guided_grammar structural_tag guided_decoding_backend guided_whitespace_pattern
      ignore_eos`),
    ...MESSAGES,
    ...CONTENTS.slice(0, 3),
    "Authorization",
  ],
  /** Prediction Guard. */
  P: [
    ...words(`model messages frequency_penalty logit_bias max_completion_tokens parallel_tool_calls presence_penalty
      reasoning_effort stop stream stream_options temperature tool_choice tools top_p top_k output input max_tokens`),
    ...under("input", "block_prompt_injection pii pii_replace_method entity_list"),
    ...under("output", "toxicity factuality"),
    ...["system", "user", "assistant", "tool"].map((name) => `messages: ${name}`),
    ...CONTENTS.slice(0, 2),
    ...["Authorization", "x-api-key"],
  ],
  /** OpenRouter. */
  O: [
    ...words(`model models messages prompt stream stream_options max_completion_tokens max_tokens temperature top_p top_k
      min_p top_a frequency_penalty presence_penalty repetition_penalty seed stop logit_bias logprobs top_logprobs
      response_format structured_outputs tools tool_choice parallel_tool_calls prediction verbosity reasoning
      reasoning_effort include_reasoning modalities image_config audio service_tier cache_control prompt_cache_key
      prompt_cache_options user safe_prompt raw_mode provider route transforms plugins preset session_id metadata trace
      debug usage max_tool_calls stop_server_tools_when web_search_options x_search_filter`),
    ...under("reasoning", "effort max_tokens enabled exclude summary context mode"),
    ...under(
      "provider",
      `order only ignore allow_fallbacks require_parameters data_collection zdr enforce_distillable_text quantizations
      sort max_price preferred_min_throughput preferred_max_latency`,
    ),
    ...under(
      "plugins",
      `web web-fetch file-parser response-healing context-compression moderation auto-router auto-beta-router
      pareto-router fusion switchyard-router`,
    ),
    ...MESSAGES,
    ...CONTENTS,
    ...words(`Authorization HTTP-Referer X-OpenRouter-Title X-Title X-OpenRouter-Categories x-session-id
      X-OpenRouter-Metadata X-OpenRouter-Cache X-OpenRouter-Cache-TTL X-OpenRouter-Cache-Clear x-anthropic-beta
      X-Provider-API-Keys`),
  ],
  /** JamAI Base. */
  J: [
    ...words(`model rag_params tools tool_choice temperature top_p stream max_tokens stop presence_penalty
      frequency_penalty logit_bias id messages max_completion_tokens n user reasoning_effort thinking_budget
      reasoning_summary`),
    ...under("rag_params", "table_id reranking_model search_query k rerank concat_reranker_input inline_citations"),
    ...["system", "user", "assistant", "name"].map((name) => `messages: ${name}`),
    ...CONTENTS.slice(0, 3),
    ...["Authorization", "X-USER-ID", "X-PROJECT-ID", "x-request-id"],
  ],
};

interface Row {
  parameter: string;
  systems: string[];
  here: string;
  file: string;
  /** Words of a test's name. */
  shown: string;
}

const rows = rowsOf(readFileSync(join(ROOT, "README.md"), "utf8"));

/** What the README says of each parameter is shown by a test. */
describe("the table of parameters", () => {
  it("has each of them once", () => {
    expect(rows.length).toBeGreaterThan(100);
    const names = rows.map(({ parameter }) => parameter);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("has every parameter of each system, and says whose it is", () => {
    const told = new Map(rows.map(({ parameter, systems }) => [parameter, systems]));
    const real = new Map<string, string[]>();
    for (const [system, names] of Object.entries(SYSTEMS))
      for (const name of names) real.set(name, [...(real.get(name) ?? []), system]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(real));
  });

  it("has every field that a request is read by", () => {
    const fields = [
      ...Object.keys(chatRequestSchema.shape),
      ...Object.keys(reasoningOptionsSchema.shape).map((key) => `reasoning.${key}`),
      ...Object.keys(inputChecksSchema.shape).map((key) => `input.${key}`),
      ...Object.keys(outputChecksSchema.shape).map((key) => `output.${key}`),
      ...Object.keys(ragParamsSchema.shape).map((key) => `rag_params.${key}`),
    ];
    const told = new Set(rows.map(({ parameter }) => parameter));
    expect(fields.filter((field) => !told.has(field))).toEqual([]);
  });

  it.each(rows)("says what becomes of $parameter, and which test shows it", ({ here, file, shown }) => {
    expect(here.length).toBeGreaterThan(2);
    expect(file).toMatch(/^test\/\S+\.test\.ts$/);
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    expect(shown.split(" ").length, "words of a test's name").toBeGreaterThan(1);
    expect(
      textsIn(file).some((text) => text.includes(shown)),
      `${file} has no test "${shown}"`,
    ).toBe(true);
  });
});

/** The rows of the tables under the heading; a row that is no such row has empty cells. */
function rowsOf(readme: string): Row[] {
  const [, section = ""] = readme.split(`\n${HEADING}\n`);
  const lines = (section.split(/^## /m)[0] ?? "").split("\n");
  return lines
    .filter((line, index) => line.startsWith("|") && !line.startsWith("|---") && !lines[index + 1]?.startsWith("|---"))
    .map((line) => {
      const [parameter = "", systems = "", here = "", shown = ""] = line.split("|").slice(1, -1);
      const [, file = "", name = ""] = /^ `(\S+)` "(.+)" $/.exec(shown) ?? [];
      return {
        parameter: parameter.trim().replaceAll("`", ""),
        systems: words(systems),
        here: here.trim(),
        file,
        shown: name,
      };
    });
}

const texts = new Map<string, string[]>();

/** The texts in a file's quotation marks: names of tests and of their rows are among them. */
function textsIn(file: string): string[] {
  const known = texts.get(file);
  if (known) return known;
  const source = readFileSync(join(ROOT, file), "utf8");
  const found = [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(
    ([, quoted, template]) => quoted ?? template ?? "",
  );
  texts.set(file, found);
  return found;
}

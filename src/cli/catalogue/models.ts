import { ROUTERS } from "../../catalogue/providers/routers.ts";
import type { EndpointRow, ModelRow } from "../../schema/catalogue.ts";
import { toEndpoints } from "./endpoints.ts";
import { PublicIds, type PublicName } from "./ids.ts";
import type { Listing, ReasoningOptions } from "./listing.ts";
import { SOURCES } from "./sources.ts";

/** Authors as people write them, in front of a model's name. */
const AUTHOR_NAMES: Record<string, string> = {
  ai21: "AI21",
  amazon: "Amazon",
  anthropic: "Anthropic",
  "arcee-ai": "Arcee AI",
  baidu: "Baidu",
  "bytedance-seed": "ByteDance Seed",
  cohere: "Cohere",
  deepseek: "DeepSeek",
  google: "Google",
  "ibm-granite": "IBM",
  inception: "Inception",
  inclusionai: "inclusionAI",
  kwaipilot: "Kwaipilot",
  meta: "Meta",
  "meta-llama": "Meta",
  microsoft: "Microsoft",
  minimax: "MiniMax",
  mistralai: "Mistral",
  moonshotai: "MoonshotAI",
  morph: "Morph",
  nousresearch: "Nous",
  nvidia: "NVIDIA",
  openai: "OpenAI",
  perplexity: "Perplexity",
  poolside: "Poolside",
  qwen: "Qwen",
  sakana: "Sakana AI",
  sarvam: "Sarvam AI",
  stepfun: "StepFun",
  tencent: "Tencent",
  thinkingmachines: "Thinking Machines",
  upstage: "Upstage",
  writer: "Writer",
  "x-ai": "xAI",
  xiaomi: "Xiaomi",
  "z-ai": "Z.ai",
};

/** Authors whose open models may teach others: MIT, Apache 2.0, or terms that say so. */
const DISTILLABLE_AUTHORS = new Set([
  "deepseek",
  "qwen",
  "z-ai",
  "moonshotai",
  "minimax",
  "mistralai",
  "openai",
  "microsoft",
]);

const EMBEDDING = /embed|(^|\/)(bge|e5|gte)-|-e5-|minilm|mini-lm|mpnet/i;
/** What answers neither chats nor embeddings. */
const NO_CHAT =
  /rerank|whisper|-tts|-asr|transcri|guard(?!ian)|moderation|ocr|safety|translate|-stt|realtime|-live|voice|^deep-research|esm|paligemma|image-edit|gpt-image|usdcode|usdvalidate|-batch$|-peft-/i;

/** Families of tokenizers, by what their ids begin with. */
const TOKENIZERS: [prefix: string, tokenizer: string][] = [
  ["openai/", "GPT"],
  ["anthropic/", "Claude"],
  ["google/", "Gemini"],
  ["x-ai/", "Grok"],
  ["deepseek/", "DeepSeek"],
  ["qwen/qwen3", "Qwen3"],
  ["qwen/", "Qwen"],
  ["mistralai/", "Mistral"],
  ["cohere/", "Cohere"],
  ["amazon/nova", "Nova"],
  ["meta-llama/llama-4", "Llama4"],
  ["meta-llama/", "Llama3"],
];

/** Levels of effort, highest first, as the wire wants them. */
const EFFORTS = ["max", "xhigh", "high", "medium", "low", "minimal", "none"];

interface Entry {
  name: PublicName;
  listing: Listing;
}

/** Rows of all models that the listings tell of, the newest first. */
export function toModels(listings: Listing[]): Map<string, ModelRow> {
  const ids = new PublicIds(listings);
  const entries = new Map<string, Entry[]>();
  for (const listing of shortNamesFirst(listings.map(withOutput).filter(isServable))) {
    const name = ids.find(listing);
    if (name) entries.set(name.id, [...(entries.get(name.id) ?? []), { name, listing }]);
  }
  const rows = [...entries].map(([id, found]): [string, ModelRow] => [id, toRow(id, found)]);
  return new Map(rows.sort(([a, rowA], [b, rowB]) => (rowB.created ?? 0) - (rowA.created ?? 0) || (a < b ? -1 : 1)));
}

function withOutput(listing: Listing): Listing {
  if (listing.name.includes("codex")) return { ...listing, output: ["text"] };
  return EMBEDDING.test(listing.name) ? { ...listing, output: ["embeddings"], hasTools: false } : listing;
}

/** A name that says how it is served is understood once the plain one is known. */
function shortNamesFirst(listings: Listing[]): Listing[] {
  return [...listings].sort((a, b) => a.name.length - b.name.length);
}

function isServable({ provider, name, input, output }: Listing): boolean {
  // Profiles that only serve callers from elsewhere than the regions that a row can name.
  if (provider === "amazon-bedrock" && /^(apac|jp|au|in|ca|us-gov)\./.test(name)) return false;
  // What costs nothing is another model in this API, with another data policy.
  if (provider !== "openrouter" && /[:-]free$/.test(name)) return false;
  return (
    (output.includes("text") || output.includes("embeddings")) &&
    input.includes("text") &&
    !NO_CHAT.test(name.replace(/^.*\//, ""))
  );
}

function toRow(id: string, entries: Entry[]): ModelRow {
  const author = id.slice(0, id.indexOf("/"));
  const ordered = [...entries].sort((a, b) => rank(a.listing, author) - rank(b.listing, author));
  const [top] = ordered;
  if (!top) throw new Error(`${id} is served nowhere`);
  const told = describing(ordered);
  const released = told.released ?? ordered.map(({ listing }) => listing.released).find((date) => date !== undefined);
  const contextLength = top.listing.contextLength;
  const reasoning = ordered.map(({ listing }) => listing.reasoning).find((options) => options !== undefined);
  return {
    name: `${AUTHOR_NAMES[author] ?? author}: ${told.displayName}`,
    ...(released && { canonical_slug: canonicalSlug(id, released), created: Date.parse(released) / 1000 }),
    ...(told.description && { description: `${told.description}.` }),
    ...(contextLength && { context_length: contextLength }),
    input_modalities: told.input.map(toModality),
    output_modalities: told.output.map(toModality),
    ...(tokenizerOf(id) && { tokenizer: tokenizerOf(id) }),
    ...(reasoning && { reasoning: toReasoning(reasoning) }),
    ...(told.knowledge && { knowledge_cutoff: told.knowledge }),
    ...(told.isOpenWeights && DISTILLABLE_AUTHORS.has(author) && { distillable: true }),
    endpoints: believable(
      distinct(
        id,
        ordered.flatMap(({ name, listing }) => toEndpoints(listing, name)),
      ),
    ).map((endpoint) => withoutInherited(endpoint, contextLength)),
  };
}

/** The author's own endpoint first, then as the sources are listed. */
function rank({ provider }: Listing, author: string): number {
  const order = Object.keys(SOURCES).indexOf(provider);
  return SOURCES[provider]?.author === author ? order - 1000 : order;
}

/** The listing that tells most of the model itself: the first with a description. */
function describing(ordered: Entry[]): Listing {
  const told = ordered.find(({ listing }) => listing.description) ?? ordered[0];
  return (told as Entry).listing;
}

/** `openai/gpt-4o` released on 2024-05-13 → `openai/gpt-4o-20240513`; a variant keeps its place at the end. */
function canonicalSlug(id: string, released: string): string {
  const [base = id, variant] = id.split(":");
  const dated = `${base}-${released.replaceAll("-", "")}`;
  return variant === undefined ? dated : `${dated}:${variant}`;
}

function tokenizerOf(id: string): string | undefined {
  return TOKENIZERS.find(([prefix]) => id.startsWith(prefix))?.[1];
}

function toModality(modality: string): string {
  return modality === "pdf" ? "file" : modality;
}

function toReasoning({ efforts, hasBudget, hasToggle }: ReasoningOptions): NonNullable<ModelRow["reasoning"]> {
  const supported = efforts && [...efforts, ...(hasToggle ? ["none"] : [])];
  return {
    mandatory: !hasToggle && !hasBudget,
    ...(supported && { supported_efforts: EFFORTS.filter((effort) => supported.includes(effort)) }),
    ...(hasBudget && { supports_max_tokens: true }),
  };
}

/** One endpoint for a tag: of several names of a model at a provider the one that says least beside the model. */
function distinct(id: string, endpoints: EndpointRow[]): EndpointRow[] {
  const byTag = new Map<string, EndpointRow>();
  for (const endpoint of [...endpoints].sort((a, b) => nameRank(a, id) - nameRank(b, id))) {
    const tag = endpoint.tag ?? endpoint.provider;
    if (!byTag.has(tag)) byTag.set(tag, endpoint);
  }
  return endpoints.filter((endpoint) => byTag.get(endpoint.tag ?? endpoint.provider) === endpoint);
}

/** Bedrock's names come as global, American and plain; the most general that there is serves from any region. */
function nameRank({ provider, model }: EndpointRow, id: string): number {
  if (provider === "amazon-bedrock") return model.startsWith("global.") ? 0 : model.startsWith("us.") ? 1 : 2;
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  return letters(model).endsWith(letters(id.slice(id.indexOf("/") + 1))) ? 0 : 1 + model.length;
}

/** A router that seems to ask less than a quarter of what the hosts ask has a price that is not known. */
function believable(endpoints: EndpointRow[]): EndpointRow[] {
  const direct = endpoints.filter(({ provider }) => !(provider in ROUTERS)).map(promptPrice);
  const prices = direct.filter((price) => price > 0).sort((a, b) => a - b);
  const median = prices[Math.floor(prices.length / 2)] ?? 0;
  return endpoints.map((endpoint) => {
    const { pricing: _, ...unpriced } = endpoint;
    return endpoint.provider in ROUTERS && promptPrice(endpoint) < median / 4 ? unpriced : endpoint;
  });
}

function promptPrice({ pricing }: EndpointRow): number {
  return Number(pricing?.prompt ?? 0);
}

/** Without what the model's own row says already. */
function withoutInherited(endpoint: EndpointRow, contextLength: number | undefined): EndpointRow {
  const { context_length: own, ...rest } = endpoint;
  return own === contextLength ? rest : endpoint;
}

import * as z from "zod";
import { invalidField, RouterError } from "../errors.ts";
import { accepts, isRecord } from "./accepts.ts";
import { inputChecksSchema, outputChecksSchema } from "./checks.ts";
import {
  cacheControlSchema,
  expected,
  integerBetween,
  integerFrom,
  jsonObject,
  numberBetween,
  oneOfSentence,
  reasoningEffortSchema,
  sentence,
  strings,
  textUpTo,
} from "./fields.ts";
import { type ChatMessage, chatMessageSchema } from "./messages.ts";
import { inUsualForm, withoutEmptyWishes } from "./normal-form.ts";
import { pluginSchema } from "./plugins.ts";
import { findProblem, type Problem } from "./problem.ts";
import { providerPreferencesSchema } from "./provider-preferences.ts";
import { ragParamsSchema } from "./retrieval.ts";
import { stopServerToolsWhenSchema, type Tool, type ToolChoice, toolChoiceSchema, toolSchema } from "./tools.ts";

export { type ReasoningEffort, reasoningEffortSchema } from "./fields.ts";
export { type ChatMessage, type ContentPart, chatMessageSchema, contentPartSchema, type ToolCall } from "./messages.ts";
export { type Plugin, pluginSchema } from "./plugins.ts";
export { type ProviderPreferences, providerPreferencesSchema } from "./provider-preferences.ts";
export { type Tool, type ToolChoice, toolChoiceSchema, toolSchema } from "./tools.ts";

export const responseFormatSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({
    type: z.literal("json_schema"),
    json_schema: z.looseObject({
      /** Some providers do without; the others get a name when it is missing. */
      name: z.string(expected("a string of 1 to 64 characters")).min(1).max(64).optional(),
      description: z.string().optional(),
      schema: jsonObject().optional(),
      strict: z.boolean().nullish(),
    }),
  }),
  z.looseObject({ type: z.literal("grammar"), grammar: z.string() }),
  z.looseObject({ type: z.literal("python") }),
]);
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

/** How a model thinks before it answers, and what of that is returned. */
export const reasoningOptionsSchema = z.looseObject({
  effort: reasoningEffortSchema.nullish(),
  /** Token budget for thinking; meant as an alternative to `effort`. */
  max_tokens: integerFrom(0).nullish(),
  /** true alone means medium effort. */
  enabled: z.boolean().nullish(),
  /** Default false; true: the model thinks, the text is not returned. */
  exclude: z.boolean().nullish(),
  summary: z.enum(["auto", "concise", "detailed"]).nullish(),
  /** Which earlier reasoning the model sees again. */
  context: z.enum(["auto", "all_turns", "current_turn"]).nullish(),
  mode: z.enum(["standard", "pro"]).nullish(),
});
export type ReasoningOptions = z.infer<typeof reasoningOptionsSchema>;

/** Far beyond any id. */
const MAX_USER_CHARS = 4_096;
const STOP = expected("a string or an array of strings");
const TOO_MANY_MODELS = "'models' array must have 3 items or fewer.";
const NO_INPUT = 'Input required: specify "prompt" or "messages"';

/**
 * The body of a chat completion request: the fields of the OpenRouter API reference.
 * Other fields are kept at every level, for providers that know them. Absent stays absent: no default is put in.
 * A null counts as absent.
 */
export const chatRequestSchema = z.looseObject({
  /** Model id, alias, router or preset, with optional variants; absent: the default model. */
  model: z.string().nullish(),
  /** Models to fall back on, best first. */
  models: z.array(z.string(), expected("an array of at most 3 model ids")).max(3, TOO_MANY_MODELS).nullish(),
  /** The conversation. */
  messages: z.array(chatMessageSchema, expected("an array of messages")).nullish(),
  /** Legacy: one user message. */
  prompt: z.string().nullish(),

  stream: z.boolean().nullish(),
  /** Has no effect: usage is always sent. */
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  /** Cap on generated tokens, reasoning included. */
  max_completion_tokens: integerFrom(1).nullish(),
  /** Older name of `max_completion_tokens`. */
  max_tokens: integerFrom(1).nullish(),
  temperature: numberBetween(0, 2).nullish(),
  top_p: numberBetween(0, 1).nullish(),
  top_k: integerFrom(0).nullish(),
  min_p: numberBetween(0, 1).nullish(),
  top_a: numberBetween(0, 1).nullish(),
  frequency_penalty: numberBetween(-2, 2).nullish(),
  presence_penalty: numberBetween(-2, 2).nullish(),
  repetition_penalty: z.number(expected("a number above 0, at most 2")).gt(0).max(2).nullish(),
  seed: z.int(expected("a whole number")).nullish(),
  /** How many sequences are taken depends on the client's dialect. */
  stop: z.union([z.string(), z.array(z.string(), STOP)], STOP).nullish(),
  /** Token id → bias. */
  logit_bias: z.record(z.string(expected("a token id in digits")).regex(/^\d+$/), numberBetween(-100, 100)).nullish(),
  logprobs: z.boolean().nullish(),
  /** How many alternatives per token; `logprobs: false` beside it is a contradiction. */
  top_logprobs: integerBetween(0, 20).nullish(),
  /** How many choices; each may be an upstream call of its own. */
  n: integerBetween(1, 8).nullish(),

  response_format: responseFormatSchema.nullish(),
  /** A flag for providers that honour `json_schema` only with it. */
  structured_outputs: z.boolean().nullish(),
  tools: z.array(toolSchema, expected("an array of tools")).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  /** The provider's default is true. */
  parallel_tool_calls: z.boolean().nullish(),
  /** Bounds the loop of server tools; default 30. */
  max_tool_calls: integerBetween(1, 30).nullish(),
  /** Bounds the same loop: whichever holds first ends it. */
  stop_server_tools_when: z
    .array(stopServerToolsWhenSchema, expected("an array of at least one condition"))
    .min(1)
    .nullish(),
  /** Text that the answer is expected to repeat. */
  prediction: z
    .looseObject({
      type: z.literal("content"),
      content: z.union(
        [z.string(), z.array(z.looseObject({ type: z.literal("text"), text: z.string() }))],
        expected("a string or an array of text parts"),
      ),
    })
    .nullish(),

  verbosity: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
  reasoning: reasoningOptionsSchema.nullish(),
  /** Shorthand for `reasoning.effort`; `disable` is another word for `none`, put in its place before this is looked at. */
  reasoning_effort: z
    .enum(reasoningEffortSchema.options, {
      error: ({ input }) => oneOfSentence([...reasoningEffortSchema.options, "disable"], input),
    })
    .nullish(),
  /** Legacy: true is `reasoning: {}`, false is `reasoning: {exclude: true}`. */
  include_reasoning: z.boolean().nullish(),

  /** Kinds of output wanted. */
  modalities: z.array(z.enum(["text", "image", "audio"])).nullish(),
  /** For image output, in the provider's words: `aspect_ratio`, `image_size` and others. */
  image_config: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.array(z.unknown())], expected("a string, a number or an array")),
    )
    .nullish(),
  /** For audio output. */
  audio: z.looseObject({ voice: z.string().optional(), format: z.string().optional() }).nullish(),

  service_tier: z.enum(["auto", "default", "flex", "priority", "fast", "scale"]).nullish(),
  /** Caches up to the last block that can be cached. */
  cache_control: cacheControlSchema.nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z.looseObject({ mode: z.literal("explicit"), ttl: z.string().nullish() }).nullish(),

  provider: providerPreferencesSchema.nullish(),
  /** Deprecated: `fallback` is `provider.sort.partition: "model"`, `sort` is `"none"`. */
  route: z.enum(["fallback", "sort"]).nullish(),
  /** Legacy: `["middle-out"]` turns context compression on, `[]` off. */
  transforms: strings().nullish(),
  plugins: z.array(pluginSchema, expected("an array of plugins")).nullish(),
  /** Slug of a stored preset. */
  preset: z.string().nullish(),
  web_search_options: z
    .looseObject({
      search_context_size: z.enum(["low", "medium", "high"]).nullish(),
      user_location: jsonObject().nullish(),
    })
    .nullish(),
  x_search_filter: jsonObject().nullish(),

  /** The client's id of its end user. */
  user: textUpTo(MAX_USER_CHARS).nullish(),
  /** Groups requests; those of one session go to one provider where possible. */
  session_id: textUpTo(256).nullish(),
  /** Recorded with the generation: at most 16 pairs. */
  metadata: z
    .record(textUpTo(64), textUpTo(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, expected("at most 16 pairs"))
    .nullish(),
  /** Recorded with the generation; further keys are the client's own. */
  trace: z
    .looseObject({
      trace_id: z.string().optional(),
      trace_name: z.string().optional(),
      span_name: z.string().optional(),
      generation_name: z.string().optional(),
      parent_span_id: z.string().optional(),
    })
    .nullish(),
  /** Streams only: the first chunk shows what was sent upstream. */
  debug: z.looseObject({ echo_upstream_body: z.boolean().optional() }).nullish(),
  /** Checks of the prompt; never sent upstream. */
  input: inputChecksSchema.nullish(),
  /** Checks of the answer; never sent upstream. */
  output: outputChecksSchema.nullish(),
  /** Retrieval from a knowledge table; never sent upstream. */
  rag_params: ragParamsSchema.nullish(),
  /** The client's id of the conversation: recorded, and a session where `session_id` is absent; never sent upstream. */
  id: textUpTo(256).nullish(),
  /** Deprecated, has no effect: usage is always sent. */
  usage: z.looseObject({ include: z.boolean().optional() }).nullish(),
});

/** A valid request. `messages` is there even when the client sent a `prompt`. */
export type ChatRequest = z.infer<typeof chatRequestSchema> & { messages: ChatMessage[] };

/** Problems that one error message names. */
const MAX_PROBLEMS = 3;

const fields = new Map<string, z.core.$ZodType>(Object.entries(chatRequestSchema.shape));
const unknownField = z.unknown();

/**
 * The request in a client's JSON body. It is the client's own object, unchanged, but for what `normal-form.ts` says
 * otherwise and a `prompt` without messages, which becomes a message. Takes what `chatRequestSchema` takes, apart from
 * contradictions between fields and values nested without end, at a cost that depends on what the body holds.
 * Throws a `RouterError` with status 400 that names the first three fields at fault.
 */
export function parseChatRequest(json: unknown): ChatRequest {
  if (!isRecord(json)) throw invalidField("", "Request body must be a JSON object");
  const body = inUsualForm(json);
  for (const key in body) {
    if (!accepts(fields.get(key) ?? unknownField)(body[key])) {
      throwProblems(body);
      break;
    }
  }
  const request = body as z.infer<typeof chatRequestSchema>;
  checkContradictions(request);
  return withMessages(request);
}

/**
 * A request once all that belongs to it is in it, without what asks for nothing. Throws a 400 for a tool choice that
 * names no tool of the request, and for more stop sequences than are taken.
 */
export function wholeRequest(chat: ChatRequest, maxStops = 4): ChatRequest {
  const { tools, tool_choice: choice, stop } = chat;
  checkStops(stop, maxStops);
  if (typeof choice === "object" && choice !== null && !tools?.some((tool) => isChosen(tool, choice)))
    throw invalidField(`tool_choice.${choice.type === "function" ? "function.name" : "type"}`, NO_SUCH_TOOL);
  return withoutEmptyWishes(chat);
}

/** Throws a 400 for more stop sequences than are taken. */
export function checkStops(stop: unknown, most: number): void {
  if (Array.isArray(stop) && stop.length > most)
    throw invalidField("stop", sentence(`a string or an array of at most ${most} strings`, stop));
}

const NO_SUCH_TOOL = "expected the name of one of the tools of this request";

function isChosen(tool: Tool, choice: Exclude<ToolChoice, string>): boolean {
  if (choice.type !== "function") return tool.type === choice.type;
  return tool.type === "function" && tool.function.name === choice.function.name;
}

/** Throws unless the body turns out to be valid after all. */
function throwProblems(body: Record<string, unknown>): void {
  const problems: Problem[] = [];
  for (const key in body) {
    const problem = findProblem(fields.get(key) ?? unknownField, body[key], key);
    if (problem !== undefined && problems.push(problem) === MAX_PROBLEMS) break;
  }
  const [first] = problems;
  if (first === undefined) return;
  if (first.message === TOO_MANY_MODELS) throw fieldError(first.path, TOO_MANY_MODELS);
  throw fieldError(first.path, problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
}

function checkContradictions(request: z.infer<typeof chatRequestSchema>): void {
  const effort = request.reasoning_effort;
  if (effort != null && request.reasoning?.effort != null && request.reasoning.effort !== effort) {
    throw invalidField("reasoning_effort", "differs from reasoning.effort: give one of them, or the same in both");
  }
  if (request.logprobs === false && request.top_logprobs != null) {
    throw invalidField("top_logprobs", "needs logprobs to be true");
  }
}

function withMessages(request: z.infer<typeof chatRequestSchema>): ChatRequest {
  const { messages } = request;
  if (messages != null && messages.length > 0) return request as ChatRequest;
  const { prompt, ...others } = request;
  if (prompt != null && prompt !== "") return { ...others, messages: [{ role: "user", content: prompt }] };
  if (messages == null) throw fieldError("messages", NO_INPUT);
  throw invalidField("messages", "expected at least one message, received an empty array");
}

/** A 400 whose message stands as it is. */
function fieldError(path: string, message: string): RouterError {
  return new RouterError("invalid_request", message, { metadata: { field: path } });
}

import type { Api } from "../../src/schema/catalogue.ts";
import { type AwsEvent, framesOf } from "./aws-frames.ts";
import { chunk, completion, ending, event, ROLE } from "./openai-chat.ts";
import { type Answer, body, type Exchange, json, type Step } from "./upstream.ts";

/**
 * One answer in the words of every wire format, for scripted upstreams. Written by hand: none of
 * it is shared with the Worker.
 */

// biome-ignore lint/suspicious/noExplicitAny: other people's JSON
type Json = Record<string, any>;

/** What a model says. */
export interface Said {
  reasoning?: string;
  /** Signature or encrypted form of the reasoning, in formats that have one. */
  seal?: string;
  text?: string;
  calls?: { id: string; name: string; input: object }[];
}

export interface Dialect {
  api: Api;
  /** The answer as one body. */
  whole(said: Said): object;
  /** The answer as a stream, in several pieces. */
  stream(said: Said): Step[];
  /** The error body of a refused request. */
  refusal(message: string, code: string): object;
  /** What a stream says when it goes wrong in the middle. */
  streamError(message: string, code: string): Step;
}

/** What every answer is said to have used. */
export const TOKENS = { prompt: 9, completion: 5 };

/** Gives what was said in the form that the request wants. */
export function speak(dialect: Dialect, said: Said): Answer {
  return (exchange) => {
    const answer = wantsStream(exchange) ? streamed(dialect, dialect.stream(said)) : json(dialect.whole(said));
    return answer(exchange);
  };
}

/** Answers with a stream in the format's own content type. */
export function streamed({ api }: Dialect, steps: Iterable<Step>): Answer {
  const type = api === "bedrock-converse" ? "application/vnd.amazon.eventstream" : "text/event-stream";
  return body(steps, { headers: { "content-type": type } });
}

/** Some formats ask for a stream in the body, others in the path. */
export function wantsStream({ visit }: Pick<Exchange, "visit">): boolean {
  return visit.body?.stream === true || /stream/i.test(visit.path);
}

/** The start of a stream that has said something and goes on. */
export function beginningOf(dialect: Dialect, text: string): Step[] {
  const steps = dialect.stream({ text });
  const last = steps.findIndex((step) => Buffer.from(step as string | Uint8Array).includes(half(text)[1]));
  return steps.slice(0, last + 1);
}

const openAi = {
  whole: ({ reasoning, text = "", calls }: Said) =>
    completion(text, {
      message: { ...(reasoning && { reasoning_content: reasoning }), ...(calls && { tool_calls: calls.map(toCall) }) },
      finish_reason: calls ? "tool_calls" : "stop",
    }),
  stream: ({ reasoning = "", text = "", calls = [] }: Said) => [
    ROLE,
    ...half(reasoning).map((piece) => chunk({ reasoning_content: piece })),
    ...half(text).map((piece) => chunk({ content: piece })),
    ...callChunks(calls),
    ending(calls.length > 0 ? "tool_calls" : "stop"),
  ],
  refusal: (message: string, code: string) => ({ error: { message, type: "some_error", param: null, code } }),
  streamError: (message: string, code: string) => event({ error: { message, type: "some_error", code } }),
};

const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

const mistral = {
  whole: ({ reasoning, text = "", calls }: Said) => {
    const content = reasoning ? [thinking(reasoning), ...(text ? [{ type: "text", text }] : [])] : text;
    const message = { content, ...(calls && { tool_calls: calls.map(toCall) }) };
    return completion("", { message, finish_reason: calls ? "tool_calls" : "stop" });
  },
  stream: ({ reasoning = "", text = "", calls = [] }: Said) => [
    ROLE,
    ...half(reasoning).map((piece) => chunk({ content: [thinking(piece)] })),
    ...half(text).map((piece) => chunk({ content: piece })),
    ...callChunks(calls),
    ending(calls.length > 0 ? "tool_calls" : "stop"),
  ],
  refusal: (message: string, code: string) => ({ object: "error", message, type: "some_error", param: null, code }),
  streamError: openAi.streamError,
};

const ANTHROPIC_USAGE = { input_tokens: TOKENS.prompt, output_tokens: TOKENS.completion };

const anthropic = {
  whole: (said: Said) => ({
    ...{ id: "msg_upstream", type: "message", role: "assistant", model: "upstream-model" },
    content: anthropicBlocks(said),
    ...{ stop_reason: said.calls ? "tool_use" : "end_turn", stop_sequence: null, usage: ANTHROPIC_USAGE },
  }),
  stream: (said: Said) => [
    named("message_start", { message: { ...anthropic.whole({}), stop_reason: null, usage: ANTHROPIC_USAGE } }),
    named("ping", {}),
    ...anthropicBlocks(said).flatMap((block, index) => [
      named("content_block_start", { index, content_block: { ...block, ...emptied(block) } }),
      ...anthropicDeltas(block).map((delta) => named("content_block_delta", { index, delta })),
      named("content_block_stop", { index }),
    ]),
    named("message_delta", {
      delta: { stop_reason: said.calls ? "tool_use" : "end_turn", stop_sequence: null },
      usage: { output_tokens: TOKENS.completion },
    }),
    named("message_stop", {}),
  ],
  refusal: (message: string, code: string) => ({ type: "error", error: { type: code, message } }),
  streamError: (message: string, code: string) => named("error", { error: { type: code, message } }),
};

const GEMINI_USAGE = {
  promptTokenCount: TOKENS.prompt,
  candidatesTokenCount: TOKENS.completion,
  totalTokenCount: TOKENS.prompt + TOKENS.completion,
};

const gemini = {
  whole: (said: Said) =>
    geminiAnswer(
      geminiParts(said, (text) => [text]),
      "STOP",
    ),
  stream: (said: Said) => [
    ...geminiParts(said, half).map((part) => event(geminiAnswer([part]))),
    event(geminiAnswer([{ text: "" }], "STOP")),
  ],
  refusal: (message: string, code: string) => ({ error: { code: 400, message, status: code } }),
  streamError: (message: string, code: string) => event({ error: { code: 500, message, status: code } }),
};

const responses = {
  whole: (said: Said) => ({
    ...{ id: "resp_upstream", object: "response", status: "completed", model: "upstream-model", error: null },
    output: responseItems(said),
    usage: { input_tokens: TOKENS.prompt, output_tokens: TOKENS.completion, total_tokens: 14 },
  }),
  stream: (said: Said) => [
    named("response.created", { response: { ...responses.whole({}), status: "in_progress", usage: null } }),
    ...responseItems(said).flatMap((item, output_index) => [
      named("response.output_item.added", { output_index, item: { ...item, ...emptied(item) } }),
      ...responseDeltas(item).map(([type, fields]) => named(type, { output_index, item_id: item.id, ...fields })),
      named("response.output_item.done", { output_index, item }),
    ]),
    named("response.completed", { response: responses.whole(said) }),
  ],
  refusal: openAi.refusal,
  streamError: (message: string, code: string) => named("error", { code, message, param: null }),
};

const BEDROCK_USAGE = { inputTokens: TOKENS.prompt, outputTokens: TOKENS.completion, totalTokens: 14 };

const bedrock = {
  whole: (said: Said) => ({
    output: { message: { role: "assistant", content: converseBlocks(said) } },
    stopReason: said.calls ? "tool_use" : "end_turn",
    usage: BEDROCK_USAGE,
    metrics: { latencyMs: 10 },
  }),
  stream: (said: Said) => [
    frame("messageStart", { role: "assistant" }),
    ...converseBlocks(said).flatMap((block, contentBlockIndex) => {
      const { toolUse } = block;
      const start = toolUse && { toolUse: { toolUseId: toolUse.toolUseId, name: toolUse.name } };
      return [
        ...(start ? [frame("contentBlockStart", { contentBlockIndex, start })] : []),
        ...converseDeltas(block).map((delta) => frame("contentBlockDelta", { contentBlockIndex, delta })),
        frame("contentBlockStop", { contentBlockIndex }),
      ];
    }),
    frame("messageStop", { stopReason: said.calls ? "tool_use" : "end_turn" }),
    frame("metadata", { usage: BEDROCK_USAGE, metrics: { latencyMs: 10 } }),
  ],
  refusal: (message: string, code: string) => ({ message, __type: `com.amazon.bedrock#${code}` }),
  streamError: (message: string) => framesOf([{ exception: "internalServerException", payload: { message } }]),
};

const COHERE_USAGE = { tokens: { input_tokens: TOKENS.prompt, output_tokens: TOKENS.completion } };

const cohere = {
  whole: ({ reasoning, text, calls }: Said) => ({
    id: "cohere-upstream",
    message: {
      role: "assistant",
      ...(reasoning && { tool_plan: reasoning }),
      ...(text && { content: [{ type: "text", text }] }),
      ...(calls && { tool_calls: calls.map(toCall) }),
    },
    ...{ finish_reason: calls ? "TOOL_CALL" : "COMPLETE", usage: COHERE_USAGE },
  }),
  stream: ({ reasoning = "", text = "", calls = [] }: Said) => [
    named("message-start", { id: "cohere-upstream", delta: { message: { role: "assistant", content: [] } } }),
    ...half(reasoning).map((piece) => named("tool-plan-delta", { delta: { message: { tool_plan: piece } } })),
    ...calls.flatMap((call, index) => [
      named("tool-call-start", { index, delta: { message: { tool_calls: toCall({ ...call, input: "" }) } } }),
      ...half(JSON.stringify(call.input)).map((piece) =>
        named("tool-call-delta", { index, delta: { message: { tool_calls: { function: { arguments: piece } } } } }),
      ),
      named("tool-call-end", { index }),
    ]),
    named("content-start", { index: 0, delta: { message: { content: { type: "text", text: "" } } } }),
    ...half(text).map((piece) =>
      named("content-delta", { index: 0, delta: { message: { content: { text: piece } } } }),
    ),
    named("content-end", { index: 0 }),
    named("message-end", {
      delta: { finish_reason: calls.length > 0 ? "TOOL_CALL" : "COMPLETE", usage: COHERE_USAGE },
    }),
  ],
  refusal: (message: string, code: string) => ({ id: code, message }),
  streamError: (message: string, code: string) => event({ id: code, message }),
};

/** Every format, by its name in the catalogue. */
export const DIALECTS: Record<Api, Dialect> = {
  "openai-chat": { api: "openai-chat", ...openAi },
  "mistral-chat": { api: "mistral-chat", ...mistral },
  "anthropic-messages": { api: "anthropic-messages", ...anthropic },
  "google-gemini": { api: "google-gemini", ...gemini },
  "openai-responses": { api: "openai-responses", ...responses },
  "bedrock-converse": { api: "bedrock-converse", ...bedrock },
  "cohere-chat": { api: "cohere-chat", ...cohere },
};

function named(type: string, fields: Json): string {
  return `event: ${type}\n${event({ type, ...fields })}`;
}

function frame(name: string, payload: AwsEvent["payload"]): Uint8Array {
  return framesOf([{ event: name, payload }]);
}

/** A text in two pieces; an empty one in none. */
function half(text: string): [string, string] | [] {
  const middle = Math.ceil(text.length / 2);
  return text === "" ? [] : [text.slice(0, middle), text.slice(middle)];
}

function toCall({ id, name, input }: { id: string; name: string; input: object | string }) {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return { id, type: "function", function: { name, arguments: text } };
}

function callChunks(calls: NonNullable<Said["calls"]>): string[] {
  return calls.flatMap((call, index) => [
    chunk({ tool_calls: [{ index, ...toCall({ ...call, input: "" }) }] }),
    ...half(JSON.stringify(call.input)).map((piece) =>
      chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
    ),
  ]);
}

/** A block as it stands when it begins. */
function emptied(block: Json): Json {
  const empty: Json = { thinking: "", signature: "", text: "", input: {}, arguments: "", summary: [], content: [] };
  const fields = Object.keys(block).filter((field) => field in empty);
  return {
    ...Object.fromEntries(fields.map((field) => [field, empty[field]])),
    ...("encrypted_content" in block && { encrypted_content: null }),
  };
}

function anthropicBlocks({ reasoning, seal, text, calls = [] }: Said): Json[] {
  return [
    ...(reasoning ? [{ type: "thinking", thinking: reasoning, signature: seal }] : []),
    ...(text ? [{ type: "text", text }] : []),
    ...calls.map((call) => ({ type: "tool_use", ...call })),
  ];
}

function anthropicDeltas(block: Json): Json[] {
  if (block.type === "text") return half(block.text).map((text) => ({ type: "text_delta", text }));
  if (block.type === "tool_use")
    return half(JSON.stringify(block.input)).map((piece) => ({ type: "input_json_delta", partial_json: piece }));
  const thoughts = half(block.thinking).map((piece) => ({ type: "thinking_delta", thinking: piece }));
  return [...thoughts, { type: "signature_delta", signature: block.signature }];
}

/** The vendor signs the first call. */
function geminiParts({ reasoning = "", seal, text = "", calls = [] }: Said, cut: (text: string) => string[]): Json[] {
  return [
    ...(reasoning ? cut(reasoning).map((piece) => ({ text: piece, thought: true })) : []),
    ...(text ? cut(text).map((piece) => ({ text: piece })) : []),
    ...calls.map(({ id, name, input }, index) => ({
      functionCall: { id, name, args: input },
      ...(index === 0 && seal && { thoughtSignature: seal }),
    })),
  ];
}

function geminiAnswer(parts: Json[], finishReason?: string): Json {
  const candidate = { index: 0, content: { role: "model", parts }, ...(finishReason && { finishReason }) };
  return { responseId: "gemini-upstream", candidates: [candidate], usageMetadata: GEMINI_USAGE };
}

function responseItems({ reasoning, seal, text, calls = [] }: Said): Json[] {
  const summary = [{ type: "summary_text", text: reasoning }];
  const content = [{ type: "output_text", text, annotations: [] }];
  return [
    ...(reasoning ? [{ type: "reasoning", id: "rs_upstream", summary, encrypted_content: seal }] : []),
    ...(text ? [{ type: "message", id: "msg_upstream", role: "assistant", content }] : []),
    ...calls.map(({ id, name, input }) => {
      return { type: "function_call", id: `fc_${id}`, call_id: id, name, arguments: JSON.stringify(input) };
    }),
  ];
}

function responseDeltas(item: Json): [string, Json][] {
  if (item.type === "message")
    return half(item.content[0].text).map((delta) => ["response.output_text.delta", { content_index: 0, delta }]);
  if (item.type === "function_call")
    return half(item.arguments).map((delta) => ["response.function_call_arguments.delta", { delta }]);
  return half(item.summary[0].text).map((delta) => {
    return ["response.reasoning_summary_text.delta", { summary_index: 0, delta }];
  });
}

function converseBlocks({ reasoning, seal, text, calls = [] }: Said): Json[] {
  return [
    ...(reasoning ? [{ reasoningContent: { reasoningText: { text: reasoning, signature: seal } } }] : []),
    ...(text ? [{ text }] : []),
    ...calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
}

function converseDeltas({ reasoningContent, text, toolUse }: Json): Json[] {
  if (text) return half(text).map((piece) => ({ text: piece }));
  if (toolUse) return half(JSON.stringify(toolUse.input)).map((piece) => ({ toolUse: { input: piece } }));
  const { text: thoughts, signature } = reasoningContent.reasoningText;
  return [...half(thoughts).map((piece) => ({ text: piece })), { signature }].map((piece) => ({
    reasoningContent: piece,
  }));
}

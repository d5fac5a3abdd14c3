import type { Answer } from "./answers.ts";
import type { Step } from "./play.ts";
import { type DemoRequest, textOf } from "./request.ts";
import { countTokens } from "./tokens.ts";

/** The OpenAI chat format, seen from the side that answers. */

/** What every object of one answer carries. */
export interface Identity {
  id: string;
  /** Unix seconds. */
  created: number;
  model: string;
}

/** Why the demo refuses: the error body of the OpenAI format. */
export interface WireError {
  message: string;
  type: string;
  code: string | null;
}

/** The answer in one piece: the body of a `chat.completion`. */
export function completionOf(answer: Answer, request: DemoRequest, identity: Identity) {
  const message = {
    role: "assistant",
    content: answer.toolCall ? null : answer.content,
    ...(answer.reasoning !== "" && { reasoning_content: answer.reasoning }),
    ...(answer.toolCall && { tool_calls: [{ id: callId(identity), type: "function", function: answer.toolCall }] }),
    refusal: null,
  };
  return {
    ...envelope("chat.completion", identity),
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: usageOf(answer, request),
  };
}

/** The parts of a streamed answer, in order; joined they are the whole stream. */
export interface StreamScript {
  /** The role, and nothing to read yet. */
  role: Step[];
  /** Reasoning, text and tool call, a few tokens each. */
  content: Step[];
  /** The finish reason. */
  finish: Step[];
  /** The usage, when it was asked for. */
  usage: Step[];
  /** The terminal event. */
  done: Step[];
}

/** What follows the content of a good answer. */
export function ending({ finish, usage, done }: StreamScript): Step[] {
  return [...finish, ...usage, ...done];
}

/** The answer as events. */
export function streamOf(answer: Answer, request: DemoRequest, identity: Identity): StreamScript {
  const chunk = (delta: object, finishReason: string | null = null) =>
    event({
      ...envelope("chat.completion.chunk", identity),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    });
  const deltas = [
    ...wordsOf(answer.reasoning).map((text) => ({ reasoning_content: text })),
    ...wordsOf(answer.content).map((text) => ({ content: text })),
    ...toolCallDeltas(answer.toolCall, identity),
  ];
  const wait: Step[] = answer.paceMs > 0 ? [{ type: "pause", ms: answer.paceMs }] : [];
  const usage = { ...envelope("chat.completion.chunk", identity), choices: [], usage: usageOf(answer, request) };
  return {
    role: [chunk({ role: "assistant", content: "" })],
    content: deltas.flatMap((delta) => [...wait, chunk(delta)]),
    finish: [chunk({}, answer.finishReason)],
    usage: request.stream_options?.include_usage ? [event(usage)] : [],
    done: [{ type: "send", text: "data: [DONE]\n\n" }],
  };
}

/** One event of the stream. */
export function event(data: unknown): Step {
  return { type: "send", text: `data: ${JSON.stringify(data)}\n\n` };
}

/** The body of an error. */
export function errorBody(error: WireError) {
  return { error: { message: error.message, type: error.type, param: null, code: error.code } };
}

function envelope(object: string, identity: Identity) {
  return {
    id: identity.id,
    object,
    created: identity.created,
    model: identity.model,
    system_fingerprint: "fp_demo",
  };
}

function toolCallDeltas(toolCall: Answer["toolCall"], identity: Identity): object[] {
  if (!toolCall) return [];
  const opening = { id: callId(identity), type: "function", function: { name: toolCall.name, arguments: "" } };
  const pieces = toolCall.arguments.match(/.{1,8}/gsu) ?? [];
  return [opening, ...pieces.map((piece) => ({ function: { arguments: piece } }))].map((call) => ({
    tool_calls: [{ index: 0, ...call }],
  }));
}

function callId(identity: Identity): string {
  return `call_${identity.id.split("-").at(-1)}`;
}

/** A text cut after its words; joined, the pieces are the text. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+\s*|\s+/gu) ?? [];
}

function usageOf(answer: Answer, request: DemoRequest) {
  const prompt = request.messages.reduce((sum, message) => sum + countTokens(textOf(message)), 0);
  const reasoning = countTokens(answer.reasoning);
  const call = countTokens(answer.toolCall?.name ?? "") + countTokens(answer.toolCall?.arguments ?? "");
  const completion = reasoning + countTokens(answer.content) + call;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
  };
}

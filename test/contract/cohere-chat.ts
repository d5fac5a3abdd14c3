import {
  type Expectation,
  type FormatContract,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import { eventsOf, isSilent, PLAIN_QUESTION, parsed, silence, withoutNull } from "./reading.ts";
import type { Json, Recording } from "./recording.ts";

/** Cohere's chat API, version 2. */
export const cohereChat: FormatContract = {
  expect({ response }) {
    if (response.status !== 200) {
      const failure = reportedFailure(response.status, (response.body as Json).message);
      return { ...silence(), outcome: "refused", failure };
    }
    return response.sse_text === undefined ? readWhole(response.body as Json) : readStream(eventsOf(response.sse_text));
  },
  path: () => "/chat",
  toClientRequest,
  meaningOf,
  quirksOf: () => ({}),
};

function readWhole({ message, ...ending }: Json): Expectation {
  const seen = silence();
  seen.reasoning = message.tool_plan ?? "";
  for (const { text, thinking } of message.content ?? []) {
    seen.text += text ?? "";
    seen.reasoning += thinking ?? "";
  }
  for (const call of message.tool_calls ?? [])
    seen.toolCalls.push({ id: call.id, name: call.function.name, arguments: parsed(call.function.arguments) });
  return end(seen, ending);
}

function readStream(events: Json[]): Expectation {
  const seen = silence();
  for (const { type, index, delta } of events) {
    const { content, tool_plan: plan, tool_calls: call } = delta?.message ?? {};
    if (type === "content-start" || type === "content-delta") {
      seen.text += content.text ?? "";
      seen.reasoning += content.thinking ?? "";
    }
    if (type === "tool-plan-delta") seen.reasoning += plan;
    if (type === "tool-call-start") seen.toolCalls[index] = { id: call.id, name: call.function.name, arguments: "" };
    if (type === "tool-call-delta") (seen.toolCalls[index] as Json).arguments += call.function.arguments;
    if (type === "message-end") end(seen, delta);
  }
  for (const call of seen.toolCalls) call.arguments = parsed(String(call.arguments || "{}"));
  return seen;
}

function end(seen: Expectation, ending: Json): Expectation {
  const { finish_reason: native, usage, error } = ending;
  if (native === "ERROR" || native === "TIMEOUT") {
    seen.outcome = isSilent(seen) ? "refused" : "broken";
    seen.failure = reportedFailure(undefined, error ?? "");
    return seen;
  }
  seen.nativeFinishReason = native;
  seen.finishReason = toFinishReason(native, seen.toolCalls.length > 0);
  seen.usage = usage && readUsage(usage);
  return seen;
}

/** The tokens that the model read and wrote, not those that are billed. */
function readUsage({ tokens, cached_tokens }: Json): ReportedUsage {
  const { input_tokens: prompt, output_tokens: completion } = tokens;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, cached_tokens };
}

/** Documents in a tool's result become text: a client of this router has no other place for them. */
function toClientRequest({ request, streaming }: Recording): Json {
  const { messages, p, k, stop_sequences, tool_choice, response_format, thinking, ...rest } =
    request.body ?? PLAIN_QUESTION;
  const schema = response_format?.json_schema;
  return withoutNull({
    ...rest,
    stream: streaming,
    messages: messages.map(toClientMessage),
    top_p: p,
    top_k: k,
    stop: stop_sequences,
    tool_choice: { REQUIRED: "required", NONE: "none" }[tool_choice as string],
    response_format: schema ? { type: "json_schema", json_schema: { name: "answer", schema } } : response_format,
    reasoning: thinking && (thinking.type === "disabled" ? { enabled: false } : { max_tokens: thinking.token_budget }),
  });
}

function toClientMessage({ tool_plan: reasoning, content, ...message }: Json): Json {
  const parts = Array.isArray(content) ? content.map(asText) : content;
  return withoutNull({ ...message, reasoning, content: parts });
}

function asText(part: Json): Json {
  return part.type === "document" ? { type: "text", text: JSON.stringify(part.document.data) } : part;
}

/** Everything but the name of the model and how the answer travels. Texts in a row are one text, an empty one none. */
function meaningOf({ model, stream, messages, tools, ...rest }: Json): unknown {
  return withoutNull({
    ...rest,
    tools,
    messages: messages.map(({ content, ...message }: Json) =>
      withoutNull({ ...message, content: meaningOfContent(content) }),
    ),
  });
}

function meaningOfContent(content: unknown): unknown {
  if (!Array.isArray(content)) return content || null;
  const parts = content.map(asText);
  return parts.every(({ type }) => type === "text") ? parts.map(({ text }) => text).join("") || null : parts;
}

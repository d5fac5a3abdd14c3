import {
  type Expectation,
  type FormatContract,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import { eventsOf, isSilent, nonEmpty, PLAIN_QUESTION, parsed, silence, withoutNull } from "./reading.ts";
import type { Json, Recording } from "./recording.ts";

/** OpenAI's Responses API. */
export const openaiResponses: FormatContract = {
  expect({ response }) {
    if (response.status !== 200) {
      const { message } = (response.body as Json).error;
      return { ...silence(), outcome: "refused", failure: reportedFailure(response.status, message) };
    }
    return response.sse_text === undefined ? readWhole(response.body as Json) : readStream(eventsOf(response.sse_text));
  },
  path: () => "/responses",
  toClientRequest,
  meaningOf,
  quirksOf: () => ({}),
};

/** The whole response has everything in it. */
function readWhole(response: Json, seen = silence()): Expectation {
  for (const item of response.output) {
    if (item.type === "reasoning") seen.reasoning += item.summary.map(({ text }: Json) => text).join("\n\n");
    if (item.type === "function_call")
      seen.toolCalls.push({ id: item.call_id, name: item.name, arguments: parsed(item.arguments) });
    for (const { text, refusal } of item.type === "message" ? item.content : []) {
      seen.text += text ?? "";
      seen.refusal += refusal ?? "";
    }
  }
  const native = response.incomplete_details?.reason ?? response.status;
  seen.nativeFinishReason = native;
  seen.finishReason = toFinishReason(native, seen.toolCalls.length > 0);
  seen.usage = response.usage && readUsage(response.usage);
  return seen;
}

/** The last event of a good stream repeats it whole; of one that breaks, the deltas are there. */
function readStream(events: Json[]): Expectation {
  const last = events.at(-1) ?? {};
  if (last.type === "response.completed" || last.type === "response.incomplete") return readWhole(last.response);
  const seen = silence();
  for (const { type, delta } of events) if (type === "response.output_text.delta") seen.text += delta;
  const error = last.response?.error ?? last;
  seen.outcome = isSilent(seen) ? "refused" : "broken";
  seen.failure = reportedFailure(error.code === "rate_limit_exceeded" ? 429 : undefined, error.message ?? "");
  return seen;
}

function readUsage({ input_tokens_details: input, output_tokens_details: output, ...usage }: Json): ReportedUsage {
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    cached_tokens: input?.cached_tokens,
    reasoning_tokens: output?.reasoning_tokens,
  };
}

function toClientRequest({ request, streaming }: Recording): Json {
  const { body } = request;
  if (!body) return { ...PLAIN_QUESTION, stream: streaming };
  const { format } = body.text ?? {};
  const { type, ...schema } = format ?? {};
  return withoutNull({
    stream: streaming,
    messages: toClientMessages(body.input),
    max_completion_tokens: body.max_output_tokens,
    temperature: body.temperature,
    top_p: body.top_p,
    parallel_tool_calls: body.parallel_tool_calls,
    tools: body.tools?.map(({ type, ...declared }: Json) => ({ type, function: declared })),
    tool_choice: body.tool_choice,
    response_format: format && { type, json_schema: schema },
    reasoning: body.reasoning,
  });
}

/** Items of one answer, reasoning and calls and text, are one message. */
function toClientMessages(items: Json[]): Json[] {
  const messages: Json[] = [];
  for (const item of items) {
    if (item.type === "function_call_output") {
      messages.push({ role: "tool", tool_call_id: item.call_id, content: item.output });
      continue;
    }
    if (item.type === "message" && item.role !== "assistant") {
      messages.push({ role: item.role, content: toContent(item.content) });
      continue;
    }
    const last = messages.at(-1);
    const answer: Json = last?.role === "assistant" ? last : { role: "assistant", content: null };
    if (answer !== last) messages.push(answer);
    if (item.type === "reasoning") answer.reasoning_details = toDetails(item);
    if (item.type === "message") answer.content = item.content.map(({ text }: Json) => text).join("");
    if (item.type === "function_call") {
      const call = { id: item.call_id, type: "function", function: { name: item.name, arguments: item.arguments } };
      answer.tool_calls = [...(answer.tool_calls ?? []), call];
    }
  }
  return messages;
}

function toDetails({ id, summary, encrypted_content: data }: Json): Json[] {
  const common = { id, format: "openai-responses-v1", index: 0 };
  const summaries = summary.map(({ text }: Json) => ({ type: "reasoning.summary", summary: text, ...common }));
  return [...summaries, { type: "reasoning.encrypted", data, ...common }];
}

function toContent(content: string | Json[]): unknown {
  if (typeof content === "string") return content;
  return content.map(({ type, text, image_url: url, detail }) =>
    type === "input_text" ? { type: "text", text } : { type: "image_url", image_url: { url, detail } },
  );
}

/** Everything but the name of the model and how the answer travels. */
function meaningOf({ model, stream, tools, ...rest }: Json): unknown {
  return withoutNull({ ...rest, tools: nonEmpty(tools ?? []) });
}

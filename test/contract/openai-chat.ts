import {
  type Expectation,
  type FormatContract,
  type ReportedFailure,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import type { Json, Recording } from "./recording.ts";

/** OpenAI's chat completions. */
export const openaiChat: FormatContract = {
  expect: (recording) => (recording.response.status === 200 ? readAnswer(recording) : readRefusal(recording)),
  path: () => "/chat/completions",
  toClientRequest: ({ request, streaming }) => ({
    ...(request.body ?? { messages: [{ role: "user", content: "The request of this exchange was not recorded." }] }),
    stream: streaming,
  }),
  meaningOf,
  quirksOf: ({ provider }) => QUIRKS[provider] ?? {},
};

/** Flags of the companies in the recordings. */
const QUIRKS: Record<string, Json> = {
  openrouter: { is_router: true },
  zai: { reasoning_field: "reasoning_content" },
  ollama: { reasoning_field: "reasoning" },
};

const NOTHING = { text: "", reasoning: "", refusal: "", toolCalls: [], finishReason: "", nativeFinishReason: "" };

function readRefusal({ response }: Recording): Expectation {
  return {
    ...NOTHING,
    outcome: "refused",
    usage: undefined,
    failure: readFailure((response.body as Json).error, response.status),
  };
}

/** Joins the messages of an answer: the chunks of a stream, or the one message of a whole answer. */
function readAnswer({ response }: Recording): Expectation {
  const chunks = response.sse_text === undefined ? [response.body as Json] : eventsOf(response.sse_text);
  const seen: Expectation = { ...NOTHING, outcome: "answered", usage: undefined };
  const calls = new Map<unknown, { id: string | undefined; name: string; arguments: string }>();
  for (const chunk of chunks) {
    const [choice] = chunk.choices ?? [];
    const error = chunk.error ?? choice?.error ?? (choice?.finish_reason === "error" ? {} : undefined);
    if (error) {
      seen.failure = readFailure(error, error.status_code ?? error.code);
      break;
    }
    const said: Json = choice?.message ?? choice?.delta ?? {};
    seen.text += said.content ?? "";
    seen.refusal += said.refusal ?? "";
    seen.reasoning += said.reasoning ?? said.reasoning_content ?? textOfDetails(said.reasoning_details);
    for (const [position, call] of (said.tool_calls ?? []).entries()) {
      const key = call.index ?? position;
      const known = calls.get(key) ?? { id: call.id || undefined, name: call.function?.name ?? "", arguments: "" };
      known.arguments += call.function?.arguments ?? "";
      calls.set(key, known);
    }
    if (choice?.finish_reason && seen.finishReason === "") {
      seen.finishReason = choice.finish_reason;
      seen.nativeFinishReason = choice.native_finish_reason ?? choice.finish_reason;
    }
    seen.usage = readUsage(chunk.usage ?? chunk.x_groq?.usage) ?? seen.usage;
  }
  seen.toolCalls = [...calls.values()].map((call) => ({ ...call, arguments: parsed(call.arguments) }));
  const saidNothing = seen.text + seen.reasoning + seen.refusal === "" && calls.size === 0;
  if (seen.failure) seen.outcome = saidNothing ? "refused" : "broken";
  else seen.finishReason = toFinishReason(seen.finishReason, calls.size > 0);
  return seen;
}

function eventsOf(sseText: string): Json[] {
  const lines = sseText.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trim()).flatMap((data) => (data === "[DONE]" ? [] : [JSON.parse(data)]));
}

function textOfDetails(details: Json[] | undefined): string {
  return (details ?? []).map((detail) => detail.text ?? detail.summary ?? "").join("");
}

function readUsage(usage: Json | null | undefined): ReportedUsage | undefined {
  if (!usage) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens,
    reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens,
  };
}

function readFailure(error: Json, status: unknown): ReportedFailure {
  return reportedFailure(typeof status === "number" ? status : undefined, error.metadata?.raw ?? error.message ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Fields that steer this router; they mean nothing to an upstream, or something else. */
const ROUTING_FIELDS = ["models", "provider", "route", "transforms", "plugins", "preset", "session_id", "trace"];

/**
 * Everything that a request says to a model. Left out: its name, how the answer travels, routing, and spellings that
 * mean the same: null and absent, an empty tool list and none, `n: 1` and the default, the two names of the output cap.
 */
function meaningOf(body: Json, recording: Recording): unknown {
  const isRouter = openaiChat.quirksOf(recording).is_router === true;
  const { model, stream, stream_options, n, max_tokens, max_completion_tokens, messages, tools, ...rest } = body;
  for (const field of ROUTING_FIELDS) delete rest[field];
  // Kept by the router for its own records.
  delete rest.metadata;
  return withoutNull({
    ...rest,
    n: n === 1 ? null : n,
    cap: max_completion_tokens ?? max_tokens,
    tools: tools?.length > 0 ? tools : null,
    messages: isRouter ? messages : messages.map((message: Json) => meaningOfMessage(message)),
  });
}

/** Earlier reasoning has a name of its own at each company, and the index of a tool call is for streams only. */
function meaningOfMessage({ reasoning, reasoning_content, tool_calls, content, ...rest }: Json): Json {
  return withoutNull({
    ...rest,
    content: tool_calls && content === "" ? null : content,
    reasoning: reasoning ?? reasoning_content,
    tool_calls: tool_calls?.map(({ index: _, ...call }: Json) => call),
  });
}

function withoutNull(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}

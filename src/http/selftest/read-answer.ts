import * as z from "zod";
import { Finding, must, mustBe } from "./check.ts";

/** What a client has seen of one chat completion, streamed or not, by one set of names. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The generation's id, as the header has it. */
  id: string | null;
  model: string | undefined;
  text: string;
  reasoning: string;
  toolCall: { name: string; arguments: string } | undefined;
  /** Null where none came. */
  finishReason: string | null;
  usage: Usage | undefined;
  error: WireError | undefined;
  metadata: Record<string, unknown> | undefined;
}

const usageSchema = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
  cost: z.number().optional(),
  estimated: z.boolean().optional(),
});
type Usage = z.infer<typeof usageSchema>;

const errorSchema = z.object({
  code: z.number(),
  message: z.string().min(1),
  metadata: z.looseObject({ error_type: z.string() }),
});
type WireError = z.infer<typeof errorSchema>;

const saidSchema = z.object({
  content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z
    .array(z.object({ function: z.object({ name: z.string().optional(), arguments: z.string().optional() }) }))
    .optional(),
});

const choiceSchema = z.object({
  delta: saidSchema.optional(),
  message: saidSchema.optional(),
  finish_reason: z.string().nullable(),
});

/** A whole answer, a chunk of a stream, or an error's body. */
const bodySchema = z.object({
  id: z.string().optional(),
  object: z.string().optional(),
  model: z.string().optional(),
  choices: z.array(choiceSchema).optional(),
  usage: usageSchema.optional(),
  error: errorSchema.optional(),
  openrouter_metadata: z.record(z.string(), z.unknown()).optional(),
});
type Body = z.infer<typeof bodySchema>;

/** Reads an answer to its end. Throws where its form breaks the contract, whatever it says. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const answer: Answer = {
    status,
    headers,
    id: headers.get("x-generation-id"),
    model: undefined,
    text: "",
    reasoning: "",
    toolCall: undefined,
    finishReason: null,
    usage: undefined,
    error: undefined,
    metadata: undefined,
  };
  const text = await response.text();
  if (headers.get("content-type")?.startsWith("text/event-stream")) readStream(text, answer);
  else readWhole(text, answer);
  return answer;
}

function readWhole(text: string, answer: Answer): void {
  const body = parseBody(text, "the answer");
  take(body, answer);
  if (answer.status === 200) {
    mustBe("the answer's object", body.object, "chat.completion");
    mustBe("the answer's id", body.id, answer.id);
    must(answer.usage !== undefined, "the answer has no usage");
    must(answer.error === undefined, "the answer has status 200 and an error in it");
  } else {
    must(answer.error !== undefined, `the answer has status ${answer.status} and no error in it`);
    mustBe("the error's code", answer.error.code, answer.status);
  }
}

/** A stream ends once, with `[DONE]`: well, with its usage before it, or with an error. */
function readStream(text: string, answer: Answer): void {
  mustBe("the stream's status", answer.status, 200);
  must(text.endsWith("\n\n"), "the stream ends inside an event");
  const events = text.split("\n\n").filter((event) => event !== "" && !event.startsWith(":"));
  const data = events.map((event) => {
    must(event.startsWith("data: "), "the stream has an event without data");
    return event.slice("data: ".length);
  });
  mustBe("the stream's last event", data.at(-1), "[DONE]");
  const finishes = new Set<string>();
  for (const [index, json] of data.slice(0, -1).entries()) {
    must(answer.error === undefined, "the stream goes on after its error");
    const chunk = parseBody(json, `chunk ${index}`);
    mustBe(`the object of chunk ${index}`, chunk.object, "chat.completion.chunk");
    mustBe(`the id of chunk ${index}`, chunk.id, answer.id);
    take(chunk, answer);
    if (answer.finishReason !== null) finishes.add(answer.finishReason);
  }
  must(finishes.size < 2, `the stream has several finish reasons: ${[...finishes].join(", ")}`);
  if (answer.error) mustBe("the finish reason beside an error", answer.finishReason, "error");
  else {
    must(answer.finishReason !== null, "the stream ends well without a finish reason");
    must(answer.usage !== undefined, "the stream ends well without its usage");
  }
}

function take(body: Body, answer: Answer): void {
  answer.model = body.model ?? answer.model;
  answer.usage = body.usage ?? answer.usage;
  answer.error = body.error ?? answer.error;
  answer.metadata = body.openrouter_metadata ?? answer.metadata;
  for (const { delta, message, finish_reason: finishReason } of body.choices ?? []) {
    const said = message ?? delta;
    answer.text += said?.content ?? "";
    answer.reasoning += said?.reasoning ?? "";
    for (const call of said?.tool_calls ?? []) {
      answer.toolCall ??= { name: call.function.name ?? "", arguments: "" };
      answer.toolCall.arguments += call.function.arguments ?? "";
    }
    answer.finishReason = finishReason ?? answer.finishReason;
  }
}

function parseBody(text: string, what: string): Body {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Finding(`${what} is not JSON`);
  }
  const parsed = bodySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Finding(`${what} is not as the contract has it: ${issue?.path.join(".")}: ${issue?.message}`);
}

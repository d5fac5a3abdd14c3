import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chunk, completion, ending, errorBody, ROLE, say } from "../support/openai-chat.ts";
import { connect, json, pause, type Reply, sse } from "./network.ts";
import { chunksOf, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What one call is answered with, in either mode. */
interface Outcome {
  kind: "text" | "tool" | "busy" | "refused";
  pieces: string[];
  finish: "stop" | "length";
  tokens: number;
  pauseMs: number;
}

const outcome: fc.Arbitrary<Outcome> = fc.record({
  kind: fc.constantFrom("text", "text", "tool", "busy", "refused"),
  pieces: fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
  finish: fc.constantFrom("stop", "length"),
  tokens: fc.integer({ min: 1, max: 1_000_000 }),
  pauseMs: fc.integer({ min: 0, max: 3 }),
});

const callOf = (text: string) => ({
  id: "c",
  type: "function",
  function: { name: "f", arguments: JSON.stringify(text) },
});

/** Calls tell themselves apart by their seeds. */
function replyOf(outcomes: Outcome[]): Reply {
  return (call) => {
    const { seed, stream } = call.body;
    const { kind, pieces, finish, tokens, pauseMs } = outcomes[seed] as Outcome;
    if (kind === "busy") return json(errorBody("Busy."), { status: 503 })(call);
    if (kind === "refused") return json(errorBody("No.", { type: "invalid_request_error" }), { status: 400 })(call);
    const usage = { prompt_tokens: 7, completion_tokens: tokens, total_tokens: 7 + tokens };
    const text = pieces.join("");
    if (kind === "tool") {
      const message = { content: null, tool_calls: [callOf(text)] };
      if (!stream) return json(completion("", { message, finish_reason: "tool_calls", usage }))(call);
      const delta = { tool_calls: [{ index: 0, ...callOf(text) }] };
      return sse([ROLE, pause(pauseMs), chunk(delta), ending("tool_calls", usage)])(call);
    }
    if (!stream) return json(completion(text, { finish_reason: finish, usage }))(call);
    return sse([ROLE, ...pieces.flatMap((piece) => [say(piece), pause(pauseMs)]), ending(finish, usage)])(call);
  };
}

/** What a client has in the end, of each choice and of all. */
interface Picture {
  status?: number;
  choices?: { text: string; call: string; finish: string; code: number | undefined }[];
  usage?: unknown;
}

async function ask(outcomes: Outcome[], stream: boolean): Promise<{ picture: Picture; booked: unknown[] }> {
  connect({ a: replyOf(outcomes) });
  const asked = walk({ a: {} }, { chat: { n: outcomes.length, seed: 0, stream } });
  const picture = await (stream ? streamed(asked) : whole(asked)).catch(async () => ({
    status: (await asked.error()).status,
  }));
  const booked = asked.records.map(({ outcome: how, finishReason, usage, costNanoUsd, certainty, parentId }) => [
    ...[how, finishReason, usage.totalTokens, costNanoUsd, certainty, parentId],
  ]);
  return { picture, booked };
}

async function whole(asked: ReturnType<typeof walk>): Promise<Picture> {
  const { choices, usage } = await asked.whole();
  return {
    usage,
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
    choices: choices.map(({ message, finish_reason: finish, error }: any) => ({
      ...{ text: message.content ?? "", call: message.tool_calls?.[0].function.arguments ?? "" },
      ...{ finish, code: error?.code },
    })),
  };
}

async function streamed(asked: ReturnType<typeof walk>): Promise<Picture> {
  const chunks = chunksOf(await asked.text());
  const choices: NonNullable<Picture["choices"]> = [];
  for (const { index, delta, finish_reason: finish, error } of chunks.flatMap((one) => one.choices ?? [])) {
    choices[index] ??= { text: "", call: "", finish: "", code: undefined };
    const choice = choices[index];
    choice.text += delta.content ?? "";
    choice.call += delta.tool_calls?.[0]?.function.arguments ?? "";
    choice.finish += finish ?? "";
    choice.code = error?.code ?? choice.code;
  }
  return { choices, usage: chunks.at(-2).usage };
}

describe("several choices", () => {
  it("are the same as a stream and in one piece, and cost the same", async () => {
    const property = fc.asyncProperty(fc.array(outcome, { minLength: 2, maxLength: 8 }), async (outcomes) => {
      const [inPieces, inOne] = [await ask(outcomes, true), await ask(outcomes, false)];
      expect(inPieces).toEqual(inOne);
      const isGood = ({ kind }: Outcome) => kind === "text" || kind === "tool";
      expect(inOne.picture.choices?.map(({ finish }) => finish !== "error")).toEqual(
        outcomes.some(isGood) ? outcomes.map(isGood) : undefined,
      );
      expect(inOne.booked).toHaveLength(outcomes.length);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../../src/dispatch/dispatch.ts";
import { RouterError } from "../../../src/errors.ts";
import { inTime, lateBody } from "../../../src/http/chat/late-answer.ts";
import { bud } from "../../../src/http/dialects/bud.ts";
import { jamai } from "../../../src/http/dialects/jamai.ts";
import { predictionguard } from "../../../src/http/dialects/predictionguard.ts";

const BEAT = ": OPENROUTER PROCESSING\n\n";
const TIMED_OUT = new RouterError("timeout", "Nobody answered in time.", { metadata: { provider_name: "Acme" } });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An answer that comes after so long, with this body. */
async function answerAfter(ms: number, body: string | ReadableStream<Uint8Array>): Promise<Answer> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { body, droppedParameters: [], formatNote: undefined, compressionNote: undefined };
}

async function failureAfter(ms: number, error: unknown): Promise<Answer> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  throw error;
}

/** Says its events, one every so many milliseconds; notes that it was cancelled. */
function eventsEvery(ms: number, events: string[]) {
  const left = [...events];
  const told = { cancelled: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        const next = left.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(next));
      },
      cancel: () => void told.cancelled++,
    },
    { highWaterMark: 0 },
  );
  return { body, told };
}

/** Everything that a body says, each piece with the second at which it came. */
function listen(body: ReadableStream<Uint8Array>): { pieces: [atS: number, text: string][]; isOver: () => boolean } {
  const startedAtMs = Date.now();
  const pieces: [number, string][] = [];
  let isOver = false;
  const read = async () => {
    for await (const bytes of body) pieces.push([(Date.now() - startedAtMs) / 1000, new TextDecoder().decode(bytes)]);
    isOver = true;
  };
  void read();
  return { pieces, isOver: () => isOver };
}

describe("the wait for a status", () => {
  it.each([
    { name: "an answer that comes at once", ms: 0, late: false },
    { name: "an answer just before three quarters of a minute", ms: 44_999, late: false },
    { name: "an answer just after", ms: 45_001, late: true },
  ])("ends with $name, late: $late", async ({ ms, late }) => {
    const waiting = inTime(answerAfter(ms, "whole"));
    await vi.advanceTimersByTimeAsync(45_000);
    expect((await waiting)?.body).toBe(late ? undefined : "whole");
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends with an error that has a status of its own", async () => {
    const waiting = expect(inTime(failureAfter(30_000, TIMED_OUT))).rejects.toBe(TIMED_OUT);
    await vi.advanceTimersByTimeAsync(30_000);
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a stream that starts late", () => {
  it("says every ten seconds that it is there, then the answer and no more", async () => {
    const { body } = eventsEvery(1000, ["data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"]);
    const { pieces, isOver } = listen(lateBody(answerAfter(25_000, body), () => {}));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pieces).toEqual([
      [10, BEAT],
      [20, BEAT],
      [26, "data: 1\n\n"],
      [27, "data: 2\n\n"],
      [28, "data: [DONE]\n\n"],
    ]);
    expect(isOver()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    {
      name: "nobody answers",
      error: TIMED_OUT,
      said: {
        code: 504,
        message: "Nobody answered in time.",
        metadata: { error_type: "timeout", provider_name: "Acme" },
      },
    },
    {
      name: "something breaks of which nobody is to know",
      error: new Error("secret"),
      said: { code: 500, message: "Internal Server Error", metadata: { error_type: "server" } },
    },
  ])("says in an event without choices that $name, and ends well", async ({ error, said }) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { pieces, isOver } = listen(lateBody(failureAfter(12_000, error), () => {}));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(pieces[0]).toEqual([10, BEAT]);
    const [, text = ""] = pieces[1] ?? [];
    const [event = "", ...rest] = text.split("\n\n");
    expect(JSON.parse(event.replace(/^data: /, ""))).toEqual({ error: said, choices: [] });
    expect(rest).toEqual(["data: [DONE]", ""]);
    expect(pieces).toHaveLength(2);
    expect(isOver()).toBe(true);
    expect(log).toHaveBeenCalledTimes(error instanceof RouterError ? 0 : 1);
  });

  it.each([
    ["predictionguard", predictionguard("r"), { error: "Nobody answered in time." }],
    [
      "jamai",
      jamai("r"),
      {
        ...{ object: "error", error: "unexpected_error", request_id: "r" },
        ...{ message: "Nobody answered in time.", detail: "Nobody answered in time." },
      },
    ],
    ["bud", bud("r"), { error: "Nobody answered in time." }],
  ])("says what went wrong in the words of %s", async (_, dialect, said) => {
    const { pieces } = listen(lateBody(failureAfter(2_000, TIMED_OUT), () => {}, dialect));
    await vi.advanceTimersByTimeAsync(5_000);
    const [event = "", ...rest] = (pieces[0]?.[1] ?? "").split("\n\n");
    expect(JSON.parse(event.replace(/^data: /, ""))).toEqual(said);
    expect(rest).toEqual(["data: [DONE]", ""]);
  });

  it("is stopped by a client that leaves before the answer has begun", async () => {
    let leaves = 0;
    const body = lateBody(answerAfter(60_000, "never"), () => void leaves++);
    const reader = body.getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(new TextDecoder().decode((await first).value)).toBe(BEAT);
    void reader.read();
    await reader.cancel();
    expect(leaves).toBe(1);
  });

  it("is stopped by a client that leaves in mid-answer", async () => {
    let leaves = 0;
    const { body, told } = eventsEvery(10, ["data: 1\n\n", "data: 2\n\n"]);
    const reader = lateBody(answerAfter(100, body), () => void leaves++).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(200);
    expect(new TextDecoder().decode((await first).value)).toBe("data: 1\n\n");
    await reader.cancel();
    expect({ leaves, ...told }).toEqual({ leaves: 1, cancelled: 1 });
  });
});

import { describe, expect, it, vi } from "vitest";
import type { UpstreamFailure } from "../../src/errors.ts";
import type { Part } from "../../src/schema/chunk.ts";
import { type Decoder, isLast, PartSource, SseFraming } from "../../src/stream/source.ts";
import type { SseMessage } from "../../src/stream/sse.ts";
import { BODY_KINDS, type BodyKind, bodyOf } from "./bytes.ts";

/** Every event is a text; `!done` and `!fail` are the protocol's last words. Ends well only after `!done`. */
class TextDecoderOfParts implements Decoder {
  #isOver = false;

  decode({ data }: SseMessage, parts: Part[]): void {
    if (this.#isOver || data === "!nothing") return;
    this.#isOver = data === "!done" || data === "!fail";
    if (data === "!done") parts.push({ type: "done" });
    else if (data === "!fail") parts.push(failure("the protocol says so"));
    else parts.push(says(data));
  }

  end(parts: Part[]): void {
    if (!this.#isOver) parts.push(failure("no terminal event"));
    this.#isOver = true;
  }
}

const says = (content: string): Part => ({ type: "delta", index: 0, delta: { content } });
const failure = (message: string): Part => ({ type: "failure", failure: { kind: "interrupted", message } });
const events = (...texts: string[]) => texts.map((text) => `data: ${text}\n\n`).join("");

function sourceOf(body: ReadableStream<Uint8Array>, onParts: (parts: Part[]) => void = () => {}): PartSource {
  const explain = (error: unknown): UpstreamFailure => ({ kind: "interrupted", message: `broke: ${error}` });
  const format = { framing: new SseFraming(), decoder: new TextDecoderOfParts() };
  return new PartSource(body, format, { explain, onParts });
}

/** All batches of a source, up to the last part. */
async function readAll(source: PartSource): Promise<Part[][]> {
  const batches: Part[][] = [];
  do batches.push(await source.read());
  while (!isLast(batches.at(-1)?.at(-1)));
  return batches;
}

describe.each(BODY_KINDS)("an upstream's body that is read as %s", (kind: BodyKind) => {
  it.each([
    {
      name: "one batch for each piece that holds parts",
      pieces: [events("a", "b"), events("!nothing"), "data: c", "\n\n", events("!done")],
      batches: [[says("a"), says("b")], [says("c")], [{ type: "done" }]],
    },
    {
      name: "all in one piece",
      pieces: [events("a", "b", "!done")],
      batches: [[says("a"), says("b"), { type: "done" }]],
    },
    {
      name: "nothing after the last part",
      pieces: [events("a", "!done", "late"), events("later")],
      batches: [[says("a"), { type: "done" }]],
    },
    {
      name: "the protocol's own failure",
      pieces: [events("a", "!fail", "late")],
      batches: [[says("a"), failure("the protocol says so")]],
    },
    {
      name: "an end without a terminal event",
      pieces: [events("a")],
      batches: [[says("a")], [failure("no terminal event")]],
    },
    {
      name: "a last event without its blank line",
      pieces: [events("a"), "data: !done"],
      batches: [[says("a")], [{ type: "done" }]],
    },
    { name: "no byte at all", pieces: [], batches: [[failure("no terminal event")]] },
  ])("gives $name", async ({ pieces, batches }) => {
    expect(await readAll(sourceOf(bodyOf(pieces, { kind }).body))).toEqual(batches);
  });

  it("ends in a failure when its connection breaks, after all that had arrived", async () => {
    const { body } = bodyOf([events("a"), "data: hal"], { kind, end: "break" });
    expect(await readAll(sourceOf(body))).toEqual([
      [says("a")],
      [failure("broke: TypeError: Network connection lost.")],
    ]);
  });

  it("ends in a failure when an event grows past all bounds", async () => {
    const { body } = bodyOf([events("a"), `data: ${"x".repeat(33 * 1024 * 1024)}`], { kind });
    const batches = await readAll(sourceOf(body));
    expect(batches[0]).toEqual([says("a")]);
    expect(batches.at(-1)).toEqual([{ type: "failure", failure: expect.objectContaining({ kind: "malformed" }) }]);
  });

  it("shows each batch before it gives it out, when its last part may still be changed", async () => {
    const seen: number[] = [];
    const source = sourceOf(bodyOf([events("a", "b"), events("c")], { kind }).body, (parts) => {
      seen.push(parts.length);
      if (parts.at(-1)?.type === "failure") parts[parts.length - 1] = { type: "done" };
    });
    expect(await readAll(source)).toEqual([[says("a"), says("b")], [says("c")], [{ type: "done" }]]);
    expect(seen).toEqual([2, 1, 1]);
  });

  it("gives nothing more once it has ended, however often it is asked", async () => {
    const source = sourceOf(bodyOf([events("a", "!done")], { kind }).body);
    await readAll(source);
    expect(await source.read()).toEqual([]);
    expect(await source.read()).toEqual([]);
  });

  it("does not wait for more after the last part, though its connection stays open", async () => {
    const source = sourceOf(bodyOf([events("a", "!done")], { kind, end: "silence" }).body);
    await readAll(source);
    expect(await source.read()).toEqual([]);
    source.cancel("enough");
  });

  it("ends at once when it is cancelled while it waits, and tells the upstream why", async () => {
    const { body, cancelled } = bodyOf([events("a")], { kind, end: "silence" });
    const source = sourceOf(body);
    expect(await source.read()).toEqual([says("a")]);
    const waiting = source.read();
    source.cancel("enough");
    expect((await waiting).every((part) => part.type !== "done")).toBe(true);
    expect(cancelled()).toBe("enough");
    expect(await source.read()).toEqual([]);
  });

  it("can be cancelled twice, and after its end", async () => {
    const { body } = bodyOf([events("a", "!done")], { kind });
    const source = sourceOf(body);
    await readAll(source);
    source.cancel("late");
    source.cancel("later");
  });

  it("is drained after the last part, so that its connection can serve again", async () => {
    const { body, cancelled } = bodyOf([events("a", "!done"), ": bye\n\n", ": bye\n\n"], { kind });
    const source = sourceOf(body);
    await readAll(source);
    await source.drain(1000);
    expect(cancelled()).toBeUndefined();
  });

  it("is let go of when it does not close in time", async () => {
    vi.useFakeTimers();
    try {
      const { body, cancelled } = bodyOf([events("a", "!done")], { kind, end: "silence" });
      const source = sourceOf(body);
      await readAll(source);
      const drained = source.drain(1000);
      await vi.advanceTimersByTimeAsync(999);
      expect(cancelled()).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      await drained;
      expect(cancelled()).toBe("not closed by the upstream");
    } finally {
      vi.useRealTimers();
    }
  });

  it("may break while it is drained", async () => {
    const source = sourceOf(bodyOf([events("a", "!done")], { kind, end: "break" }).body);
    await readAll(source);
    await expect(source.drain(1000)).resolves.toBeUndefined();
  });
});

it("a body with a buffer of the reader's own is read in one go, however much has arrived", async () => {
  const { body } = bodyOf([events(...Array.from({ length: 200 }, (_, index) => `event ${index}`)), events("!done")]);
  const batches = await readAll(sourceOf(body));
  expect(batches[0]).toHaveLength(200);
});

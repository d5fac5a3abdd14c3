import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gatheredBody, type TextFeed } from "../../src/stream/gather.ts";

const BEAT = ": OPENROUTER PROCESSING\n\n";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A feed that gives each text after a pause in milliseconds, and ends with the last one; notes what it is told. */
function feedOf(pieces: [afterMs: number, text: string][]): TextFeed<string> & { told: string[] } {
  const left = [...pieces];
  const told: string[] = [];
  return {
    told,
    async read() {
      const [afterMs, text] = left.shift() ?? [0, ""];
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      return text;
    },
    write: (text) => ({ text, isLast: left.length === 0 }),
    delivered: () => void told.push("delivered"),
    cancelled: () => void told.push("cancelled"),
  };
}

/** What a reader of the body gets, each piece with the second at which it came. */
async function piecesOf(feed: TextFeed<string>, forMs: number): Promise<[atS: number, text: string][]> {
  const startedAtMs = Date.now();
  const pieces: [number, string][] = [];
  const read = async () => {
    for await (const bytes of gatheredBody(feed))
      pieces.push([(Date.now() - startedAtMs) / 1000, new TextDecoder().decode(bytes)]);
  };
  void read();
  await vi.advanceTimersByTimeAsync(forMs);
  return pieces;
}

describe("a heartbeat", () => {
  it.each<[name: string, feed: [number, string][], expected: [number, string][]]>([
    [
      "comes after ten seconds of silence, and every ten seconds of it",
      [
        [0, "data: a\n\n"],
        [35_000, "data: b\n\n"],
      ],
      [
        [0, "data: a\n\n"],
        [10, BEAT],
        [20, BEAT],
        [30, BEAT],
        [35, "data: b\n\n"],
      ],
    ],
    [
      "comes not before ten seconds have passed since the last piece",
      [
        [4_000, "data: a\n\n"],
        [9_999, "data: b\n\n"],
        [9_999, "data: c\n\n"],
        [10_500, "data: d\n\n"],
      ],
      [
        [4, "data: a\n\n"],
        [13.999, "data: b\n\n"],
        [23.998, "data: c\n\n"],
        [33.998, BEAT],
        [34.498, "data: d\n\n"],
      ],
    ],
    [
      "comes as well while pieces come that say nothing",
      [...Array.from({ length: 11 }, (): [number, string] => [1_000, ""]), [1, "data: a\n\n"]],
      [
        [9.998, BEAT],
        [11.001, "data: a\n\n"],
      ],
    ],
    ["comes not after the end", [[0, "data: [DONE]\n\n"]], [[0, "data: [DONE]\n\n"]]],
  ])("%s", async (_, feed, expected) => {
    const pieces = await piecesOf(feedOf(feed), 60_000);
    expect(pieces.map(([, text]) => text)).toEqual(expected.map(([, text]) => text));
    for (const [index, [atS]] of pieces.entries())
      expect(Math.abs(atS - (expected[index]?.[0] ?? 0))).toBeLessThan(0.02);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for a client that does not read, rather than to pile up", async () => {
    const feed = feedOf([
      [0, "data: a\n\n"],
      [100_000, "data: b\n\n"],
    ]);
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(100_010);
    expect(new TextDecoder().decode((await first).value)).toBe("data: a\n\n");
    const second = reader.read();
    await vi.advanceTimersByTimeAsync(10);
    expect(new TextDecoder().decode((await second).value)).toBe(`${BEAT}data: b\n\n`);
  });

  it("is the last of a client that leaves in a silence", async () => {
    const feed = feedOf([
      [0, "data: a\n\n"],
      [100_000, "data: b\n\n"],
    ]);
    const reader = gatheredBody(feed).getReader();
    void reader.read();
    const beat = reader.read();
    await vi.advanceTimersByTimeAsync(10_010);
    expect(new TextDecoder().decode((await beat).value)).toBe(BEAT);
    void reader.read();
    await reader.cancel();
    expect(feed.told).toEqual(["cancelled"]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(feed.told).toEqual(["cancelled"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

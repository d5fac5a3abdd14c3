import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gatheredBody, overheard, type TextFeed } from "../../src/stream/gather.ts";

/** A piece of text, and how long it takes to come. */
interface Piece {
  text: string;
  afterMs?: number;
}

/** A feed that plays pieces; the last one is the last. Notes what it is told. */
function feedOf(pieces: Piece[]): TextFeed<Piece> & { taken: number; told: string[] } {
  const feed = {
    taken: 0,
    told: [] as string[],
    async read() {
      const piece = pieces[feed.taken];
      if (!piece) throw new Error("asked for more than there is");
      if (piece.afterMs) await new Promise((resolve) => setTimeout(resolve, piece.afterMs));
      feed.taken += 1;
      return piece;
    },
    write: ({ text }: Piece) => ({ text, isLast: feed.taken === pieces.length }),
    delivered: () => void feed.told.push("delivered"),
    cancelled: () => void feed.told.push("cancelled"),
  };
  return feed;
}

/** Reads a body and notes at which time each piece came. */
async function read(body: ReadableStream<Uint8Array>): Promise<{ text: string; atMs: number }[]> {
  const startMs = Date.now();
  const pieces: { text: string; atMs: number }[] = [];
  for await (const bytes of body) pieces.push({ text: new TextDecoder().decode(bytes), atMs: Date.now() - startMs });
  return pieces;
}

const pace = (texts: string[], afterMs: number): Piece[] => texts.map((text) => ({ text, afterMs }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a body that hands out a feed's text", () => {
  it("passes slow pieces on at once, each as it came", async () => {
    const reading = read(gatheredBody(feedOf(pace(["a", "b", "c"], 20))));
    await vi.advanceTimersByTimeAsync(60);
    expect(await reading).toEqual([
      { text: "a", atMs: 20 },
      { text: "b", atMs: 40 },
      { text: "c", atMs: 60 },
    ]);
  });

  it("gathers pieces that come faster than one can be handed out", async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `${index},`);
    const reading = read(gatheredBody(feedOf(pace(texts, 0))));
    await vi.advanceTimersByTimeAsync(10);
    const pieces = await reading;
    expect(pieces.map(({ text }) => text).join("")).toBe(texts.join(""));
    expect(pieces.length).toBeLessThan(5);
  });

  it("holds a fast piece for a millisecond and not longer", async () => {
    const reading = read(gatheredBody(feedOf([{ text: "a" }, { text: "b", afterMs: 1 }, { text: "c", afterMs: 50 }])));
    await vi.advanceTimersByTimeAsync(60);
    expect(await reading).toEqual([
      { text: "a", atMs: 0 },
      { text: "b", atMs: 2 },
      { text: "c", atMs: 51 },
    ]);
  });

  it("hands out nothing for an empty piece", async () => {
    const reading = read(gatheredBody(feedOf(pace(["", "a", "", "b"], 10))));
    await vi.advanceTimersByTimeAsync(40);
    expect((await reading).map(({ text }) => text)).toEqual(["a", "b"]);
  });

  it("ends with its last piece, and says once that it was delivered", async () => {
    const feed = feedOf(pace(["a", "b"], 10));
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(10);
    await first;
    expect(feed.told).toEqual([]);
    const last = reader.read();
    await vi.advanceTimersByTimeAsync(10);
    expect(new TextDecoder().decode((await last).value)).toBe("b");
    expect((await reader.read()).done).toBe(true);
    expect(feed.told).toEqual(["delivered"]);
  });

  it("ends as well when the last piece is empty", async () => {
    const feed = feedOf(pace(["a", ""], 10));
    const reading = read(gatheredBody(feed));
    await vi.advanceTimersByTimeAsync(50);
    expect((await within(reading)).map(({ text }) => text)).toEqual(["a"]);
    expect(feed.told).toEqual(["delivered"]);
  });

  it("ends as well when there is no text at all", async () => {
    const feed = feedOf([{ text: "" }]);
    const reading = read(gatheredBody(feed));
    await vi.advanceTimersByTimeAsync(50);
    expect(await within(reading)).toEqual([]);
    expect(feed.told).toEqual(["delivered"]);
  });

  it("keeps characters of several bytes whole", async () => {
    const reading = read(gatheredBody(feedOf(pace(["Grüße ", "🚂", " 東京"], 10))));
    await vi.advanceTimersByTimeAsync(50);
    expect((await reading).map(({ text }) => text)).toEqual(["Grüße ", "🚂", " 東京"]);
  });
});

describe("a client that does not read", () => {
  const HALF = "x".repeat(40 * 1024);

  it("costs nothing before it reads for the first time", async () => {
    const feed = feedOf(pace(["a", "b"], 0));
    gatheredBody(feed);
    await vi.advanceTimersByTimeAsync(50);
    expect(feed.taken).toBe(0);
  });

  it("makes the upstream wait once 64 kB are read ahead, and go on when there is room", async () => {
    const feed = feedOf(pace(Array(10).fill(HALF), 0));
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(100);
    const length = (await first).value?.length ?? 0;
    const taken = feed.taken;
    expect(taken).toBeLessThanOrEqual(length / HALF.length + 2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(feed.taken).toBe(taken);

    let rest = length;
    for (let ended = false; !ended; ) {
      const next = reader.read();
      await vi.advanceTimersByTimeAsync(10);
      const { done, value } = await next;
      rest += value?.length ?? 0;
      ended = done;
    }
    expect(rest).toBe(10 * HALF.length);
    expect(feed.told).toEqual(["delivered"]);
  });

  it("may leave while the upstream waits: the feed is told once and read no more", async () => {
    const feed = feedOf(pace(Array(10).fill(HALF), 0));
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(100);
    await first;
    const taken = feed.taken;
    await reader.cancel("gone");
    await vi.advanceTimersByTimeAsync(100);
    expect(feed.told).toEqual(["cancelled"]);
    expect(feed.taken).toBe(taken);
  });
});

describe("a client that leaves", () => {
  it("is told to the feed at once, also while a piece is awaited", async () => {
    const feed = feedOf(pace(["a", "b", "c"], 100));
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(100);
    await first;
    const waiting = reader.read();
    await reader.cancel("gone");
    expect(feed.told).toEqual(["cancelled"]);
    expect((await waiting).done).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(feed.taken).toBe(2);
    expect(feed.told).toEqual(["cancelled"]);
  });

  it("is told before it has read anything", async () => {
    const feed = feedOf(pace(["a"], 100));
    await gatheredBody(feed).cancel("gone");
    expect(feed.told).toEqual(["cancelled"]);
  });

  it("has still left when the end is there but not yet handed out", async () => {
    const feed = feedOf([{ text: "a" }, { text: "b", afterMs: 10 }]);
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(50);
    await first;
    await reader.cancel("gone");
    expect(feed.told).toEqual(["cancelled"]);
  });

  it("has not left when it cancels after the end", async () => {
    const feed = feedOf([{ text: "a" }]);
    const reader = gatheredBody(feed).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(10);
    await first;
    await reader.read();
    await reader.cancel("done with it");
    expect(feed.told).toEqual(["delivered"]);
  });
});

/** A promise that should be settled already; rejects when it is not, instead of waiting for the test's timeout. */
function within<T>(promise: Promise<T>): Promise<T> {
  vi.useRealTimers();
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("still not settled")), 50));
  return Promise.race([promise, late]);
}

describe("a feed that is overheard", () => {
  it("is read no faster than its reader wants, and heard to the end", async () => {
    const feed = feedOf([...Array(100)].map(() => ({ text: "x".repeat(1024) })));
    let heard = "";
    const body = gatheredBody(
      overheard(feed, (text) => {
        heard += text;
      }),
    );
    const reader = body.getReader();
    await reader.read();
    await vi.advanceTimersByTimeAsync(50);
    expect(feed.taken).toBeLessThan(80);
    for (let next = await reader.read(); !next.done; next = await reader.read());
    expect(heard).toBe("x".repeat(100 * 1024));
    expect(feed.told).toEqual(["delivered"]);
  });

  it("is cancelled by a reader that leaves", async () => {
    const feed = feedOf(pace(["a", "b"], 20));
    const reader = gatheredBody(overheard(feed, () => {})).getReader();
    const first = reader.read();
    await vi.advanceTimersByTimeAsync(20);
    await first;
    await reader.cancel();
    expect(feed.told).toEqual(["cancelled"]);
  });
});

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Merge, type MergedEnd } from "../../src/dispatch/merge.ts";
import type { Part, WireError } from "../../src/schema/chunk.ts";

/** What one call gives: batches of words, and how it ends; `refused`: it never begins. */
interface Script {
  batches: string[][];
  end: "finished" | "no finish" | "cut" | "refused";
}

const FAILURE: Part = { type: "failure", failure: { kind: "interrupted", message: "cut" } };
const FINISH: Part = { type: "finish", index: 0, finishReason: "length", nativeFinishReason: "length" };
const wordOf = (content: string): Part => ({ type: "delta", index: 0, delta: { content } });

const script: fc.Arbitrary<Script> = fc.record({
  batches: fc.array(fc.array(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
    maxLength: 5,
  }),
  end: fc.constantFrom("finished", "no finish", "cut", "refused"),
});

function batchesOf({ batches, end }: Script): Part[][] {
  const last: Part[] = { finished: [FINISH], "no finish": [], cut: [], refused: [] }[end];
  return [...batches.map((words) => words.map(wordOf)), [...last, end === "cut" ? FAILURE : { type: "done" }]];
}

/** Merges calls whose pieces arrive in an order that fast-check chooses. */
async function merged(scripts: Script[], scheduler: fc.Scheduler) {
  const ends: [number, MergedEnd["how"]][] = [];
  /** Reads of a call beyond its first, while no client asks for more. */
  let ahead = 0;
  let isAsked = false;
  const merge = new Merge(scripts.length, (index, { how }) => {
    ends.push([index, how]);
    return how === "cut" ? errorOf(index) : undefined;
  });
  const reads: number[] = scripts.map(() => 0);
  scripts.forEach((one, index) => {
    const batches = batchesOf(one);
    scheduler.schedule(Promise.resolve()).then(() => {
      if (one.end === "refused") return merge.fail(index, errorOf(index));
      merge.begin(index, {
        read: async () => {
          reads[index] = (reads[index] ?? 0) + 1;
          if (reads[index] > 1 && !isAsked) ahead++;
          await scheduler.schedule(Promise.resolve());
          return batches.shift() ?? [];
        },
      });
    });
  });
  const parts: Part[] = [];
  const reading = (async () => {
    for (let isOver = false; !isOver; ) {
      isAsked = true;
      const given = await merge.read();
      isAsked = false;
      parts.push(...given);
      isOver = given.length === 0;
      await scheduler.schedule(Promise.resolve());
    }
  })();
  await scheduler.waitFor(reading);
  return { parts, ends, ahead };
}

const errorOf = (index: number): WireError => ({ code: 500 + index, message: "No." });

describe("answers of one choice each, in any order", () => {
  it("make one answer with a choice of each", async () => {
    const property = fc.asyncProperty(
      fc.array(script, { minLength: 1, maxLength: 8 }),
      fc.scheduler(),
      async (scripts, scheduler) => {
        const { parts, ends, ahead } = await merged(scripts, scheduler);
        const isGood = ({ end }: Script) => end === "finished" || end === "no finish";
        const finishes = parts.filter((part) => part.type === "finish");
        scripts.forEach((one, index) => {
          const words = parts.flatMap((part) =>
            part.type === "delta" && part.index === index ? [part.delta.content] : [],
          );
          expect(words).toEqual(one.end === "refused" ? [] : one.batches.flat());
          const [own, ...others] = finishes.filter((finish) => finish.index === index);
          expect(others).toEqual([]);
          if (!own) return;
          expect(own.finishReason).toBe({ finished: "length", "no finish": "stop" }[one.end as string] ?? "error");
          expect(own.error).toEqual(isGood(one) ? undefined : errorOf(index));
        });
        // Only of an answer that failed as a whole the last choice has no end of its own.
        expect(finishes.length).toBe(scripts.some(isGood) ? scripts.length : scripts.length - 1);
        expect(parts.filter(({ type }) => type === "done" || type === "failure")).toHaveLength(1);
        expect(parts.at(-1)?.type).toBe(scripts.some(isGood) ? "done" : "failure");
        expect(ends.map(([index]) => index).sort()).toEqual(
          scripts.flatMap(({ end }, index) => (end === "refused" ? [] : [index])),
        );
        // Beyond one piece no call is read that nobody has asked for.
        expect(ahead).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});

describe("merged answers", () => {
  it("that nobody wants any more end at once, also while they are waited for", async () => {
    const merge = new Merge(2, () => undefined);
    merge.begin(0, { read: () => new Promise(() => {}) });
    const reading = merge.read();
    merge.close();
    expect(await reading).toEqual([]);
    expect(await merge.read()).toEqual([]);
  });

  it("count one that cannot be read as cut", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const ends: string[] = [];
    const merge = new Merge(1, (_, { how }) => {
      ends.push(how);
      return errorOf(0);
    });
    merge.begin(0, { read: () => Promise.reject(new Error("broken")) });
    expect((await merge.read()).map(({ type }) => type)).toEqual(["failure"]);
    expect(ends).toEqual(["cut"]);
  });

  it("give what is there while others are silent", async () => {
    const merge = new Merge(2, () => undefined);
    const batches = [[wordOf("a")], [wordOf("b"), FINISH, { type: "done" } as const]];
    merge.begin(1, { read: () => new Promise(() => {}) });
    merge.begin(0, { read: async () => batches.shift() ?? [] });
    expect(await merge.read()).toEqual([wordOf("a")]);
    expect(await merge.read()).toEqual([wordOf("b"), FINISH]);
  });
});

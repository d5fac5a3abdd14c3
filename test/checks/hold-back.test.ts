import { describe, expect, it } from "vitest";
import { HoldBack } from "../../src/checks/hold-back.ts";
import type { Part } from "../../src/schema/chunk.ts";

const say = (content: string, index = 0): Part => ({ type: "delta", index, delta: { content } });
const think = (reasoning: string): Part => ({ type: "delta", index: 0, delta: { reasoning } });
const finish = (index = 0): Part => ({ type: "finish", index, finishReason: "stop", nativeFinishReason: "stop" });
const DONE: Part = { type: "done" };

/** An answer that comes in these batches; what passed, what was judged, and how it ended. */
async function pass(
  batches: Part[][],
  windowChars: number | undefined,
  isBad: (text: string) => boolean = () => false,
) {
  const judged: string[][] = [];
  let ends = 0;
  const guard = new HoldBack(
    async (texts) => {
      judged.push(texts);
      if (texts.some(isBad)) throw new Error("refused");
    },
    { windowChars, onEnd: () => ends++ },
  );
  const left = [...batches];
  const passed: Part[][] = [];
  let refused = false;
  try {
    for (;;) {
      const parts = await guard.read(async () => left.shift() ?? []);
      if (parts.length === 0) break;
      passed.push(parts);
    }
  } catch {
    refused = true;
  }
  return { passed, judged, refused, ends };
}

describe("what is held back", () => {
  it("passes unchanged and in its order, a window at a time", async () => {
    const batches = [[say("abc")], [think("hm"), say("def")], [say("gh")], [finish()], [DONE]];
    const { passed, judged, refused } = await pass(batches, 6);
    expect(passed).toEqual([[say("abc"), think("hm"), say("def")], [say("gh"), finish()], [DONE]]);
    expect(judged).toEqual([["abcdef"], ["abcdefgh"], []]);
    expect(refused).toBe(false);
  });

  it("is judged with the last 100 characters that have passed", async () => {
    const long = "x".repeat(150);
    const { judged } = await pass([[say(long)], [say("y".repeat(20))], [finish(), DONE]], 20);
    expect(judged.map(([text]) => text?.length)).toEqual([150, 120, undefined]);
  });

  it("never passes what is refused, nor what follows", async () => {
    const { passed, refused, ends } = await pass([[say("good")], [say("bad!")], [say("more")], [DONE]], 4, (text) =>
      text.includes("bad"),
    );
    expect(passed).toEqual([[say("good")]]);
    expect(refused).toBe(true);
    expect(ends).toBe(1);
  });

  it("is found across two windows", async () => {
    const { refused } = await pass([[say("..ba")], [say("d...")], [DONE]], 4, (text) => text.includes("bad"));
    expect(refused).toBe(true);
  });

  it("is held whole without windows", async () => {
    const batches = [[say("abc")], [say("x".repeat(500))], [finish()], [DONE]];
    const { passed, judged } = await pass(batches, undefined);
    expect(passed).toEqual([batches.flat()]);
    expect(judged).toEqual([[`abc${"x".repeat(500)}`]]);
  });

  it("is judged choice by choice", async () => {
    const batches = [[say("one", 0), say("two", 1)], [finish(1)], [say("three", 0)], [finish(0), DONE]];
    const { judged } = await pass(batches, 100);
    expect(judged).toEqual([["one", "two"], ["onethree"]]);
  });

  it("is judged also when the answer breaks off", async () => {
    const failure: Part = { type: "failure", failure: { kind: "interrupted", message: "cut" } };
    const broken = await pass([[say("bad")], [failure]], 100, (text) => text.includes("bad"));
    expect(broken).toMatchObject({ passed: [], refused: true });
    expect((await pass([[say("good")], [failure]], 100)).passed).toEqual([[say("good"), failure]]);
  });

  it("counts refusals and what is spoken as text", async () => {
    const parts: Part[] = [
      { type: "delta", index: 0, delta: { refusal: "no" } },
      { type: "delta", index: 0, delta: { audio: { transcript: "yes" } } },
    ];
    expect((await pass([parts, [DONE]], 100)).judged).toEqual([["noyes"]]);
  });

  it("is not gathered without end", async () => {
    const batches = Array.from({ length: 30 }, () => [think("x".repeat(100_000))]);
    expect(await pass([...batches, [DONE]], 100)).toMatchObject({ passed: [], refused: true });
  });
});

import { describe, expect, it } from "vitest";
import { detectPii } from "../../../src/checks/pii/detect.ts";
import { piiSettingsOf } from "../../../src/checks/pii/settings.ts";
import { isReached } from "../../quality/figure.ts";
import { qualities } from "../../quality/pii.ts";
import { precisionOf, recallOf, scoresOf } from "../../quality/score.ts";
import { readMarked } from "../../quality/sets/marked.ts";
import { PII_EXAM } from "../../quality/sets/pii-exam.ts";
import { PII_EXAM_2 } from "../../quality/sets/pii-exam-2.ts";
import { PII_EXAM_3 } from "../../quality/sets/pii-exam-3.ts";
import { PII_TUNING } from "../../quality/sets/pii-tuning.ts";

describe("the quality of what is found", () => {
  it("reaches its targets on the exams", async () => {
    const figures = await qualities();
    expect(figures.length).toBeGreaterThanOrEqual(54);
    expect(figures.filter((figure) => !isReached(figure))).toEqual([]);
  });

  it("is nearly without flaw on the set the rules were tried out on", async () => {
    const scores = await scoresOf(readMarked(PII_TUNING), (text) => detectPii(text, piiSettingsOf({})));
    for (const [type, score] of scores) {
      const least = type === "PERSON" ? 0.96 : 1;
      expect([type, precisionOf(score) >= least, recallOf(score) >= least, score.notes]).toEqual([
        type,
        true,
        true,
        score.notes,
      ]);
    }
  });

  it.each([
    ["the exam", PII_EXAM],
    ["the second exam", PII_EXAM_2],
    ["the third exam", PII_EXAM_3],
  ])("is measured on sentences of %s that share none with the other set", (_, set) => {
    const exam = readMarked(set).map(({ text }) => text);
    const tuning = new Set(readMarked(PII_TUNING).map(({ text }) => text));
    expect(exam.length).toBeGreaterThanOrEqual(220);
    expect(exam.filter((text) => tuning.has(text))).toEqual([]);
  });
});

import { scoreInjection } from "../../src/checks/injection/score.ts";
import type { Figure } from "./figure.ts";
import { EXAM_ATTACKS, EXAM_BENIGN } from "./sets/injection-exam.ts";
import { costOf } from "./speed.ts";

/** The default of `checks.injection.threshold`. */
const THRESHOLD = 0.5;
const CHARS = 4_000;

/** The share of texts that count as injections. */
export function shareOfHits(texts: readonly string[]): number {
  return texts.filter((text) => scoreInjection(text).score >= THRESHOLD).length / texts.length;
}

export async function measure(): Promise<Figure[]> {
  const text = EXAM_BENIGN.join("\n").slice(0, CHARS);
  const { ms, ratio } = await costOf(text, async () => scoreInjection(text));
  return [
    { name: "injection recall", value: shareOfHits(EXAM_ATTACKS), target: 0.85, better: "higher" },
    { name: "injection false positives", value: shareOfHits(EXAM_BENIGN), target: 0.05, better: "lower" },
    { name: `injection, ${CHARS} characters, warm`, value: ms, target: 5, better: "lower", unit: "ms" },
    { name: "injection, against JSON.parse", value: ratio, target: 3_000, better: "lower", unit: "times" },
  ];
}

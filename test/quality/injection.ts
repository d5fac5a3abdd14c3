import { scoreInjection } from "../../src/checks/injection/score.ts";
import type { Figure } from "./figure.ts";
import { examSets, labelled } from "./labelled.ts";
import { EXAM_ATTACKS, EXAM_BENIGN } from "./sets/injection-exam.ts";
import { shareOfHits } from "./share-of-hits.ts";
import { costOf } from "./speed.ts";

const CHARS = 4_000;

export async function measure(): Promise<Figure[]> {
  const exams = [...examSets(), { name: "first", texts: labelled(EXAM_ATTACKS, EXAM_BENIGN) }];
  const figures = exams.flatMap(({ name, texts }): Figure[] => [
    { name: `injection recall, ${name}`, value: shareOfHits(texts, true), target: 0.85, better: "higher" },
    { name: `injection false positives, ${name}`, value: shareOfHits(texts, false), target: 0.05, better: "lower" },
  ]);
  const text = EXAM_BENIGN.join("\n").slice(0, CHARS);
  const { ms, ratio } = await costOf(text, async () => scoreInjection(text));
  return [
    ...figures,
    { name: `injection, ${CHARS} characters, warm`, value: ms, target: 5, better: "lower", unit: "ms" },
    { name: "injection, against JSON.parse", value: ratio, target: 3_000, better: "lower", unit: "times" },
  ];
}

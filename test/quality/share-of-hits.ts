import { scoreInjection } from "../../src/checks/injection/score.ts";
import type { LabelledText } from "./read-labelled.ts";

/** The default of `checks.injection.threshold`. */
const THRESHOLD = 0.5;

/** The share of the attacks, or of the harmless texts, that count as injections. */
export function shareOfHits(texts: LabelledText[], areAttacks: boolean): number {
  const asked = texts.filter(({ isAttack }) => isAttack === areAttacks);
  return asked.filter(({ text }) => scoreInjection(text).score >= THRESHOLD).length / asked.length;
}

import type { PiiSpan } from "../../src/checks/pii/settings.ts";
import type { PiiEntity } from "../../src/schema/checks.ts";
import type { MarkedText } from "./sets/marked.ts";

/** What was found of one type: right finds, wrong finds, and marks that were missed. */
export interface Score {
  right: number;
  wrong: number;
  missed: number;
  /** The wrong and the missed, for a person to read. */
  notes: string[];
}

/** A find is right when it shares at least this much with a mark of its type: units of both by units of either. */
const LEAST_SHARED = 0.7;

/** Scores of every type that is marked or found. */
export async function scoresOf(
  texts: MarkedText[],
  detect: (text: string) => Promise<PiiSpan[]>,
): Promise<Map<PiiEntity, Score>> {
  const scores = new Map<PiiEntity, Score>();
  for (const { text, spans } of texts) addText(scores, text, spans, await detect(text));
  return scores;
}

function addText(scores: Map<PiiEntity, Score>, text: string, marks: PiiSpan[], finds: PiiSpan[]): void {
  const open = [...marks];
  for (const find of finds) {
    const index = open.findIndex((mark) => isSame(mark, find));
    if (index === -1 && isInside(marks, find)) continue;
    const score = scoreOf(scores, find.type);
    if (index === -1) {
      score.wrong += 1;
      score.notes.push(`wrong: "${text.slice(find.start, find.end)}" in "${text}"`);
    } else {
      score.right += 1;
      open.splice(index, 1);
    }
  }
  for (const mark of open) {
    const score = scoreOf(scores, mark.type);
    score.missed += 1;
    score.notes.push(`missed: "${text.slice(mark.start, mark.end)}" in "${text}"`);
  }
}

/** Part of a mark of another type, such as the address inside a URL: neither right nor wrong. */
function isInside(marks: PiiSpan[], find: PiiSpan): boolean {
  return marks.some(({ start, end, type }) => type !== find.type && start <= find.start && find.end <= end);
}

function scoreOf(scores: Map<PiiEntity, Score>, type: PiiEntity): Score {
  const score = scores.get(type) ?? { right: 0, wrong: 0, missed: 0, notes: [] };
  scores.set(type, score);
  return score;
}

function isSame(mark: PiiSpan, find: PiiSpan): boolean {
  const shared = Math.min(mark.end, find.end) - Math.max(mark.start, find.start);
  const either = Math.max(mark.end, find.end) - Math.min(mark.start, find.start);
  return mark.type === find.type && shared / either >= LEAST_SHARED;
}

/** Share of the finds that are right. */
export function precisionOf({ right, wrong }: Score): number {
  return right / Math.max(1, right + wrong);
}

/** Share of the marks that were found. */
export function recallOf({ right, missed }: Score): number {
  return right / Math.max(1, right + missed);
}

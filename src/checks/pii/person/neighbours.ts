import type { NamedWords } from "./people.ts";
import { runFrom, type Word } from "./runs.ts";

const LIST_GAP = /^(?:[,;] {1,2}|,? ?[&+/] ?|\n[ \t]*(?:[-*•]|\d{1,2}[.)])? ?)$/;
const AND = /^(?:and|und|y|e|et|en|i|och|og|or|dan|ve|ja|es)$/;

/** Names that are known only because they stand in a list beside a known one. */
export function neighbours(words: Word[], named: NamedWords[]): NamedWords[] {
  const taken = new Set(named.flatMap(({ from, to }) => indexes(from, to)));
  const found: NamedWords[] = [];
  for (const { from, to } of named) {
    for (let next = besideAt(words, to, to - from === 1); next !== undefined; ) {
      const end = taken.has(next.from) ? undefined : unknownEnd(words, next);
      if (end === undefined) break;
      found.push({ from: next.from, to: end });
      for (const index of indexes(next.from, end)) taken.add(index);
      next = besideAt(words, end, false);
    }
  }
  return [...found, ...before(words, named, taken)];
}

/** The unknown full names that a known one follows in a list. */
function before(words: Word[], named: NamedWords[], taken: Set<number>): NamedWords[] {
  return named.flatMap(({ from }) => {
    const last = lastBefore(words, from);
    if (last === undefined) return [];
    for (let start = Math.max(0, last - 3); start < last; start += 1) {
      const isFree = indexes(start, last + 1).every((index) => !taken.has(index));
      if (isFree && unknownEnd(words, { from: start, isPair: false }) === last + 1)
        return [{ from: start, to: last + 1 }];
    }
    return [];
  });
}

/** The word in front of a name, when only a comma or an "and" stands between. */
function lastBefore(words: Word[], from: number): number | undefined {
  const [previous, word] = [words[from - 1], words[from]];
  if (previous === undefined || word === undefined) return undefined;
  if (AND.test(previous.key) && word.gap === " ") return /^,? $/.test(previous.gap) && from > 1 ? from - 2 : undefined;
  return /^(?:[,;] {1,2}| ?[&+/] ?)$/.test(word.gap) ? from - 1 : undefined;
}

interface Beside {
  from: number;
  /** Joined by "and": one word is enough. */
  isPair: boolean;
}

/** Behind a full name, one unknown word after "and" is as likely a company. */
function besideAt(words: Word[], at: number, isSingle: boolean): Beside | undefined {
  const [word, after] = [words[at], words[at + 1]];
  if (word === undefined) return undefined;
  if (AND.test(word.key) && /^,? $/.test(word.gap) && after?.gap === " ") return { from: at + 1, isPair: isSingle };
  return LIST_GAP.test(word.gap) ? { from: at, isPair: false } : undefined;
}

function unknownEnd(words: Word[], { from, isPair }: Beside): number | undefined {
  const run = runFrom(words, from);
  if (run === undefined || run.isThing || run.to - run.from > 4) return undefined;
  const parts = words.slice(run.from, run.to);
  if (!parts.every(({ kind, shape }) => shape !== "upper" && !kind.stop && (!kind.common || kind.surname)))
    return undefined;
  return parts.length > 1 || isPair ? run.to : undefined;
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}

import type { Lexicon } from "./lexicon.ts";
import { isJoined, type Word } from "./runs.ts";

/** Letters that only Vietnamese has: near one of them a short word is no English one. */
const OWN_LETTER = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/iu;
const REACH = 24;
const LONGEST = 4;

/** The end (exclusive) of a Vietnamese name, surname first: two to four syllables; undefined when none begins here. */
export function vietnameseEnd(words: Word[], from: number, text: string, lexicon: Lexicon): number | undefined {
  const first = words[from];
  if (first === undefined || first.shape !== "title" || !lexicon.isSyllableSurname(first.key)) return undefined;
  let to = from + 1;
  while (to - from < LONGEST && isSyllable(words, to, lexicon)) to += 1;
  const end = words[to - 1]?.end ?? first.end;
  return to - from > 1 && OWN_LETTER.test(text.slice(Math.max(0, first.start - REACH), end + REACH)) ? to : undefined;
}

function isSyllable(words: Word[], index: number, lexicon: Lexicon): boolean {
  const word = words[index];
  return word !== undefined && word.shape === "title" && isJoined(words, index) && lexicon.isSyllable(word.key);
}

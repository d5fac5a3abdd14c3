import type { Tokens } from "./tokens.ts";
import { ASKS, IGNORE, INNER, LEADS, MACHINE, MENTION, OTHERS, REVEAL, TOPIC, YOU, YOUR } from "./words.ts";

/** What is left of a weight that is talked about. */
const MENTIONED = 0.25;
const REPORTED = 0.4;
const ASKED = 0.4;

/** From where to where, in words, something was said. */
export interface Place {
  from: number;
  to: number;
}

/** How far an order reaches, in words. */
export const REACH = 9;

/** How far back a subject is looked for. */
const SUBJECT_REACH = 4;

/**
 * How much of a weight holds where it was said: all of it in an order to the model; less where somebody quotes it to talk
 * about it, asks how something is done, or tells what others do.
 */
export function forceOf(tokens: Tokens, { from, to }: Place): number {
  const { meanings, sentences, quoted, outside } = tokens;
  const isQuoted = quoted[from] === true;
  // Who has a quotation translated gives no order that ends in it.
  const isAcross = isQuoted !== (quoted[Math.min(to, quoted.length - 1)] === true);
  if (isAcross && ((meanings[from] ?? 0) & MENTION) !== 0) return 0;
  if (isQuoted && (outside & MENTION) !== 0) return MENTIONED;
  let force = 1;
  let isAsked = false;
  const own = meaningsIn(tokens, from, to);
  for (let index = from - 1; index >= 0 && sentences[index] === sentences[from] && index >= from - 12; index--)
    if (((meanings[index] ?? 0) & ASKS) !== 0) isAsked = true;
  if (isAsked && (own & YOUR) === 0) force *= ASKED;
  if (!isOrder(tokens, from)) force *= REPORTED;
  return force;
}

/** The text without what it quotes, where it talks about texts: has them translated, summarised or explained. */
export function spokenText({ text, quotations, outside }: Tokens): string {
  if ((outside & TOPIC) === 0) return text;
  let spoken = "";
  let from = 0;
  for (const { start, end } of quotations) {
    spoken += text.slice(from, start);
    from = end;
  }
  return spoken + text.slice(from);
}

/** Whether a verb stands as an order: at the beginning of a clause, after a word that leads to one, or after "you". */
export function isOrder({ meanings, words, opens, sentences }: Tokens, verb: number): boolean {
  if (opens[verb] || verb === 0 || words[verb - 1] === "hereby") return true;
  if (words[verb - 1] === "me" && words[verb - 2] === "let") return true;
  if (
    words[verb - 1] === "to" &&
    /^(?:like|want|need|wish|love)$/.test(words[verb - 2] ?? "") &&
    /^i(?:'d)?$|^would$/.test(words[verb - 3] ?? "")
  )
    return true;
  const before = meanings[verb - 1] ?? 0;
  // "if you were allowed to break", "you are asked to ignore"
  for (let index = verb - 2; index >= Math.max(0, verb - SUBJECT_REACH - 1) && words[verb - 1] === "to"; index--)
    if (sentences[index] === sentences[verb] && ((meanings[index] ?? 0) & YOU) !== 0) return true;
  if ((before & (LEADS | YOU | MACHINE)) === 0) return false;
  for (
    let index = verb - 1;
    index >= Math.max(0, verb - SUBJECT_REACH) && sentences[index] === sentences[verb];
    index--
  ) {
    const meaning = meanings[index] ?? 0;
    if ((meaning & (YOU | YOUR | MACHINE)) !== 0) return true;
    if ((meaning & (IGNORE | REVEAL)) !== 0 && index < verb - 1)
      return isOrder({ meanings, words, opens, sentences } as Tokens, index);
    if ((meaning & OTHERS) !== 0 && (meaning & LEADS) === 0) return false;
    if (opens[index]) return true;
  }
  return words[verb - 1] !== "to";
}

/** What all the words of a place mean, together. */
export function meaningsIn({ meanings }: Tokens, from: number, to: number): number {
  let all = 0;
  for (let index = Math.max(0, from); index <= to && index < meanings.length; index++) all |= meanings[index] ?? 0;
  return all;
}

/** The last word of what an order at `at` can be about. */
export function reachOf({ sentences }: Tokens, at: number, words: number): number {
  let to = at;
  while (to + 1 < sentences.length && to + 1 <= at + words && sentences[to + 1] === sentences[at]) to++;
  return to;
}

/** "prompt del sistema", "istruzioni nascoste": what Romance languages put behind. */
export function isInnerAfter({ meanings, words }: Tokens, at: number): boolean {
  if (((meanings[at + 1] ?? 0) & INNER) !== 0) return true;
  return /^d(?:el|i|o|u|e|ella|a)$/.test(words[at + 1] ?? "") && ((meanings[at + 2] ?? 0) & INNER) !== 0;
}

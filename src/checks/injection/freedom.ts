import { forceOf, meaningsIn } from "./context.ts";
import type { Report } from "./families.ts";
import type { Tokens } from "./tokens.ts";
import { BECOME, FRAME, FREE, LIMITS, MACHINE, NOT, REFUSE, WITHOUT, YOU, YOUR } from "./words.ts";

/** How near the parts of a frame stand to each other, in words. */
const FRAME_WORDS = 28;

const ANSWER = /^(?:answers?|respond|reply|antworte|responde|reponds|rispondi|responda)$/;

/** A model without limits: as what it is to be, or in a story. */
export function findFreedom(tokens: Tokens, report: Report): void {
  const { meanings, words } = tokens;
  for (let at = 0; at < meanings.length; at++) {
    if (!isFree(tokens, at)) continue;
    const near = meaningsIn(tokens, at - FRAME_WORDS, at + FRAME_WORDS);
    const force = tokens.quoted[at] ? forceOf(tokens, { from: at, to: at }) : 1;
    const isAnswer = words.slice(Math.max(0, at - 12), at + 12).some((word) => ANSWER.test(word));
    const isModel = (near & MACHINE) !== 0 || isAnswer;
    const isYou = (meaningsIn(tokens, at - 20, at + 6) & (YOU | YOUR)) !== 0;
    if (isBecoming(tokens, at) && (isModel || isYou)) report("role", 0.7 * force);
    else if (isYou || isModel) report("role", (isYou || isAnswer ? 0.5 : 0.45) * force);
    else {
      // "act without limits"
      const role = [at - 2, at - 3, at - 4].find((index) => ((meanings[index] ?? 0) & BECOME) !== 0);
      if (role !== undefined) report("role", 0.5 * forceOf(tokens, { from: role, to: at }));
    }
    if ((near & FRAME) !== 0 && (isModel || isYou)) report("coercion", 0.55 * force);
  }
}

const UNBOUND =
  /(?:\bnot|n't|\bnever|\bno longer)\b(?: \w+)? (?:bound|care|cares|constrained|restricted|limited|held|governed|subject)\b/;

/** Not those of the road. */
const ANY_RULES =
  /\b(?:no|without|any|all|every|each|its|his|their|ethical|moral|safety|content|such|more|other|of|the|about|by|from)$/;

const LIFTED = /^(?:abolished|lifted|removed|disabled|suspended|gone|off|deactivated)$/;

/** "unfiltered", "no restrictions", "without any rules", "never refuses". */
function isFree(tokens: Tokens, at: number): boolean {
  const meaning = tokens.meanings[at] ?? 0;
  if ((meaning & FREE) !== 0) return true;
  if ((meaning & REFUSE) !== 0) {
    const isAnything = /^(?:any|anything|a request|requests?|what|me|the user|questions?|to answer|$)/.test(
      tokens.words.slice(at + 1, at + 3).join(" "),
    );
    const isEnd = tokens.sentences[at + 1] !== tokens.sentences[at] || tokens.opens[at + 1] === true;
    return (isAnything || isEnd) && (meaningsIn(tokens, at - 2, at - 1) & (NOT | WITHOUT)) !== 0;
  }
  if (tokens.words[at] === "safety") return (meaningsIn(tokens, at - 2, at - 1) & WITHOUT) !== 0;
  if ((meaning & LIMITS) === 0 || /^(?:on|for)$/.test(tokens.words[at + 1] ?? "")) return false;
  if (/^rules?$/.test(tokens.words[at] ?? "") && !ANY_RULES.test(tokens.words.slice(Math.max(0, at - 3), at).join(" ")))
    return false;
  if ((meaningsIn(tokens, at - 4, at - 1) & WITHOUT) !== 0) return true;
  if (tokens.words.slice(at + 1, at + 5).some((word) => LIFTED.test(word))) return true;
  if (/\bfree (?:from|of)\b/.test(tokens.words.slice(Math.max(0, at - 7), at).join(" "))) return true;
  return UNBOUND.test(tokens.words.slice(Math.max(0, at - 7), at).join(" "));
}

export function isBecoming(tokens: Tokens, at: number): boolean {
  for (let index = Math.max(0, at - FRAME_WORDS); index <= Math.min(at + 8, tokens.words.length - 1); index++) {
    if (((tokens.meanings[index] ?? 0) & BECOME) !== 0) return true;
    const [word, next, after] = tokens.words.slice(index, index + 3);
    if ((word === "are" && next === "now") || (word === "from" && (next === "now" || next === "here"))) return true;
    if (word === "be" && /^(?:an?|my)$/.test(next ?? "")) return true;
    if (word === "ab" && (next === "jetzt" || next === "sofort")) return true;
    if ((word === "partir" && (next === "de" || next === "d")) || word === "desormais") return true;
    if (/^(?:d'ora|adesso)$/.test(word ?? "") && after !== undefined) return true;
  }
  return false;
}

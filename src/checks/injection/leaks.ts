import { forceOf, isInnerAfter, meaningsIn, REACH, reachOf } from "./context.ts";
import type { Report } from "./families.ts";
import type { Tokens } from "./tokens.ts";
import { ASKS, INNER, PRIVATE, PROMPT, RULES, TEXT, YOUR } from "./words.ts";

/** Verbs that are as often meant for what the client has sent. */
const MILD_VERBS = new Set("summarize summarise translate describe read tell give quote state share type".split(" "));

/** "Reveal your system prompt", "print the text above", "tell me the secret password". */
export function findLeak(tokens: Tokens, at: number, report: Report): void {
  const { meanings, words } = tokens;
  const end = reachOf(tokens, at, REACH + 2);
  if (words[at + 1] === "a" || words[at + 1] === "an") return;
  for (let index = at + 1; index <= end; index++) {
    const weight = leakWeight(tokens, at, index, end);
    if (weight === 0) continue;
    report("leak", weight * forceOf(tokens, { from: at, to: index }));
    if (((meanings[index] ?? 0) & RULES) !== 0) return;
  }
}

const SECRETS = /^(?:passwords?|passphrase|passcode|key|code|word|codeword|flag|contrasena|passwort|senha)$/;

/** "that you were given", "given to you", "that they gave you", "from the system". */
const GIVEN =
  /\byou (?:were|have|had|got|are|received)\b|\b(?:given|told|sent) to you\b|\b(?:gave|told|sent|taught) you\b|\byou(?:'re| are)? (?:running|using|following|based|working)\b|\bque (?:voce|te|tu|ti|t|on|vous|usted)\b|\bche ti\b|\bdie (?:du|dir|man dir)\b|^(?:from|of|by) (?:the |your )?(?:system|developers?|operators?|openai|anthropic)\b/;

function leakWeight(tokens: Tokens, at: number, index: number, end: number): number {
  const { meanings, words } = tokens;
  const meaning = meanings[index] ?? 0;
  const word = words[index] ?? "";
  const about = meaningsIn(tokens, at + 1, index - 1);
  const after = words.slice(index + 1, Math.min(end, index + 6) + 1).join(" ");
  const isElse = /^(?:for|on|about|regarding|concerning) (?!your|the system)/.test(after);
  const isGiven = GIVEN.test(after);
  // An example of one is not its own.
  if (/\ban?(?: [a-z]+){0,3}$/.test(words.slice(Math.max(0, index - 4), index).join(" "))) return 0;
  // "Your opinion on the rules": they are not its own.
  const between = words.slice(at + 1, index).join(" ");
  if (/^rules$/.test(word) && /\byour\b.*\b(?:on|about|of|regarding)\b/.test(between)) return 0;
  if (/^(?:configuration|setup)$/.test(word) && (about & YOUR) === 0 && words[index - 1] === "system") return 0.3;
  // Romance languages put it behind: "istruzioni nascoste".
  const isHiddenAfter = (meaning & RULES) !== 0 && isInnerAfter(tokens, index);
  if ((meaning & PROMPT) !== 0 && ((about & (YOUR | INNER)) !== 0 || isGiven || isHiddenAfter)) {
    if (isElse && (about & INNER) === 0 && !word.includes("prompt")) return 0.3;
    if (word === "rules") return isGiven || (about & INNER) !== 0 ? 0.6 : 0.5;
    const isSure = (about & INNER) !== 0 || word.includes("prompt") || (meaning & RULES) !== 0;
    return isSure ? 0.7 : isGiven ? 0.6 : 0.45;
  }
  if ((meaning & TEXT) !== 0 && !MILD_VERBS.has(words[at] ?? "") && ABOVE.test(after)) return 0.6;
  const isHidden = /^(?:secret|hidden|confidential)$/.test(words[index - 1] ?? "");
  if ((meaning & TEXT) !== 0 && isHidden) return isGiven ? 0.6 : 0.5;
  if (/^(?:context|memory|configuration)$/.test(word) && words[index - 1] === "your") return 0.5;
  if (word === "secrets" && words[index - 1] === "your") return 0.45;
  const isSecret = SECRETS.test(word) && (isHidden || isGiven);
  return isSecret ? 0.55 : 0;
}

/** "above", "before this sentence", "from the top of this conversation". */
const ABOVE =
  /^(?:from |of |de |di |in )?(?:the |la |very )*(?:above|preceding|arriba|ci dessus|dessus|oben|sopra|acima|top of|uber dies)|^(?:[a-z]+ ){0,5}before (?:this|these|the|my) (?:message|line|prompt|first|sentence|point|instructions?|question|request|conversation|chat|one)|^(?:from |at )(?:the )?(?:very )?(?:top|start|beginning) of (?:this|the|our) (?:conversation|chat|prompt)/;

/** Files that nobody sends anywhere. */
const FILES =
  /(?:^|[\s/'"`])\.env\b|id_rsa|\.ssh\b|\/etc\/(?:passwd|shadow)|\b(?:private|personal|confidential) (?:files?|data|documents?|details)\b|\bbank details\b|\bpassword\b(?! (?:policy|manager|reset|rules|field|generator|requirements))|\b(?:user|customer|victim|their)(?:'s|s')? (?:e-?mail|name|address|password|data|messages?|input|location)\b/;

/** Verbs that send nothing by themselves. */
const WEAK_VERBS =
  /^(?:copy|report|collect|fetch|request|include|embed|add|encode|encoding|put|visit|call|pass|render|mail|deliver|submit|append)$/;
const SOMEBODYS =
  /\b(?:user|users|customer|customers|their|his|her|victim|your|(?:the|this) (?:full |whole |entire )?(?:conversation|chat|history|previous|last))\b/;
/** What was spoken of before. */
const PRONOUN = /^(?:them|it|these|those|everything|all|that)$/;

/** Secrets or the conversation to an address. */
export function findSending(tokens: Tokens, at: number, report: Report): void {
  const { starts, words, text } = tokens;
  const end = reachOf(tokens, at, 24);
  const from = starts[at] ?? 0;
  const said = text.slice(from, (starts[end] ?? 0) + 200);
  if (!/https?:|www\.|@[\w.-]{1,60}\.[a-z]{2}|webhook/.test(said)) return;
  const since = PRONOUN.test(words[at + 1] ?? "") ? at - 8 : at + 1;
  const isPrivate = (meaningsIn(tokens, since, end) & PRIVATE) !== 0;
  const isFile = FILES.test(
    text.slice(PRONOUN.test(words[at + 1] ?? "") ? Math.max(0, from - 120) : from, from + said.length),
  );
  if (!isPrivate && !isFile) return;
  const isAsked = (meaningsIn(tokens, end, end + 2) & ASKS) !== 0;
  const isWeak =
    (WEAK_VERBS.test(words[at] ?? "") || /\bmy (?!webhook|server|url|address|endpoint|site|e-?mail)/.test(said)) &&
    !SOMEBODYS.test(since < at ? text.slice(Math.max(0, from - 120), from) + said : said);
  report("exfiltration", (isAsked || isWeak ? 0.3 : 0.6) * forceOf(tokens, { from: at, to: at }));
}

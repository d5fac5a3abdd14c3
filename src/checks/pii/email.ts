import { isSpaceless, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

/** RFC 5321 4.5.3.1: what may stand before and after the `@`. */
const LOCAL_LIMIT = 64;
const DOMAIN_LIMIT = 255;
const LOCAL_UNIT = /[\p{L}\p{M}\p{N}._%+'&#!$*~-]/u;
/** Allowed inside an address, but at its edge it belongs to the sentence. */
const LOCAL_EDGE = /^[.'%&#!$*~-]+/;
const DOMAIN_UNIT = /[\p{L}\p{M}\p{N}.-]/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
const TOP_LABEL = /^(?:xn--[a-z0-9-]{2,59}|[\p{L}\p{M}]{2,63})$/iu;
/** Endings of files: `icon@2x.png` is no address. None of them is a top-level domain. */
const FILE_ENDING = /^(?:png|jpe?g|gif|webp|svg|css|json|html?|txt|pdf|tsx?|jsx?|xml|ya?ml)$/i;
const SPELLED_AT = / ?[[(<] ?(?:at|arroba|chez|ät) ?[\])>] ?/giu;
const SPELLED_LOCAL = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-]{1,40}(?:\.[\p{L}\p{N}_%+-]{1,40}){0,4}$/u;
const SPELLED_DOMAIN =
  /^[\p{L}\p{N}-]{1,63}(?:(?:\.| ?[[(] ?(?:dot|punkt|punto|point) ?[\])] ?)[\p{L}\p{N}-]{1,63}){1,4}/u;

/** E-mail addresses, also with tags, subdomains and domains outside ASCII; the sentence's punctuation is left out. */
export function findEmails(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    const start = localStart(text, at);
    const end = domainEnd(text, at + 1);
    if (start < at && end !== undefined && !isLogin(text, start, at, end)) {
      spans.push({ start, end, type: "EMAIL_ADDRESS" });
    }
  }
  return [...spans, ...findSpelled(text)];
}

/** `joe [at] example.org`, `joe(at)example(dot)org`: bracketed words in place of the marks. */
function findSpelled(text: string): PiiSpan[] {
  return matchesOf(text, SPELLED_AT).flatMap(({ start, end }) => {
    const local = SPELLED_LOCAL.exec(text.slice(Math.max(0, start - LOCAL_LIMIT), start))?.[0];
    const domain = SPELLED_DOMAIN.exec(text.slice(end, end + DOMAIN_LIMIT))?.[0];
    if (local === undefined || domain === undefined) return [];
    return [{ start: start - local.length, end: end + domain.length, type: "EMAIL_ADDRESS" as const }];
  });
}

function localStart(text: string, at: number): number {
  if (text[at - 1] === '"') return quotedStart(text, at);
  let start = at;
  while (start > 0 && at - start < LOCAL_LIMIT && isLocalUnit(text, start - 1, at)) start -= 1;
  const edge = LOCAL_EDGE.exec(text.slice(start, at));
  start += edge?.[0].length ?? 0;
  return text[at - 1] === "." ? at : start;
}

/** Letters of a script without spaces are the sentence's when the address itself is written in other letters. */
function isLocalUnit(text: string, index: number, at: number): boolean {
  const unit = text[index] ?? "";
  return LOCAL_UNIT.test(unit) && isSpaceless(unit) === isSpaceless(text[at - 1] ?? "");
}

/** `"john doe"@example.com`. */
function quotedStart(text: string, at: number): number {
  const open = text.slice(Math.max(0, at - LOCAL_LIMIT), at - 1).lastIndexOf('"');
  return open === -1 ? at : Math.max(0, at - LOCAL_LIMIT) + open;
}

/** Where the domain ends; undefined when none stands there. */
function domainEnd(text: string, start: number): number | undefined {
  let end = start;
  while (end < text.length && end - start < DOMAIN_LIMIT && DOMAIN_UNIT.test(text[end] ?? "")) end += 1;
  const labels = text.slice(start, end).split(".");
  const firstBad = labels.findIndex((label) => !LABEL.test(label));
  const good = withoutSentence(firstBad === -1 ? labels : labels.slice(0, firstBad));
  return good === undefined ? undefined : start + good.join(".").length;
}

/** The labels without what follows the address unspaced: a particle, a number, the next sentence's first word. */
function withoutSentence(labels: string[]): string[] | undefined {
  const kept = labels.map((label, index) => (index === labels.length - 1 ? withoutParticle(label) : label));
  const last = kept.at(-1) ?? "";
  if (kept.length > 2 && /^\p{Lu}\p{Ll}/u.test(last) && !/\p{Lu}/u.test(kept.slice(0, -1).join(""))) kept.pop();
  while (kept.length > 1 && !TOP_LABEL.test(kept.at(-1) ?? "")) kept.pop();
  return kept.length > 1 && !FILE_ENDING.test(kept.at(-1) ?? "") ? kept : undefined;
}

function withoutParticle(label: string): string {
  const foreign = [...label].findIndex(isSpaceless);
  return foreign > 0 ? label.slice(0, foreign) : label;
}

/** `git@github.com:team/code.git` and `https://user:word@host/` name a machine to log in to, not a mailbox. */
function isLogin(text: string, start: number, at: number, end: number): boolean {
  if (/^:[\w~./-]*\//.test(text.slice(end, end + LOCAL_LIMIT)) && text.slice(start, at) === "git") return true;
  return /\b[a-z][a-z0-9+]*:\/\/[^\s/@]*$/i.test(text.slice(Math.max(0, start - LOCAL_LIMIT), start));
}

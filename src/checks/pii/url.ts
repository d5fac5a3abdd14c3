import { isJoinedAt, isSpaceless } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

/** Any scheme with two slashes, `www.`, or a host that gives out short links. */
const START =
  /(?<![a-z0-9])[a-z][a-z0-9+]{1,15}:\/\/|www\d?\.|(?<![\p{L}\p{N}@./_-])(?:bit\.ly|tinyurl\.com|t\.co|t\.me|wa\.me|m\.me|youtu\.be|goo\.gl|maps\.app\.goo\.gl|forms\.gle|g\.co|is\.gd|ow\.ly|buff\.ly|rebrand\.ly|cutt\.ly|shorturl\.at|rb\.gy|lnkd\.in|amzn\.(?:to|eu)|fb\.me|fb\.watch|discord\.gg|aka\.ms|linktr\.ee|paypal\.me|calendly\.com|zoom\.us|meet\.google\.com|docs\.google\.com|drive\.google\.com|(?:(?:www|m|[a-z]{2})\.)?(?:linkedin|facebook|instagram|twitter|x|tiktok|youtube|pinterest|reddit|medium|vk|xing)\.com)\/(?=[\w@])/giu;
/** As far as an address can go in running text, and no further than anybody reads. */
const RUN = /[^\s<>"`{}|\\^\u3001\u3002\u300c-\u300f\u00ab\u00bb\u201c\u201d]{1,2048}/y;
const NOT_ASCII = /[^\0-\x7f]/;
const CLOSING = /[.,;:!?'*_~)\]]/;
const OPENING: Record<string, string> = { ")": "(", "]": "[" };
const HOST = /^(?:[^\s/?#@]*@)?(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)(?=[:/?#.,]|$)/iu;

/** `scheme://…`, `www.…` and links of well-known short hosts, without the punctuation of the sentence around them. */
export function findUrls(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  let from = 0;
  for (const match of text.matchAll(START)) {
    const start = match.index;
    if (start < from || isJoinedAt(text, start - 1) || text[start - 1] === "@") continue;
    const end = urlEnd(text, start);
    if (!isUrl(text.slice(start, end))) continue;
    spans.push({ start, end, type: "URL" });
    from = end;
  }
  return spans;
}

function urlEnd(text: string, start: number): number {
  RUN.lastIndex = start;
  const run = RUN.exec(text)?.[0] ?? "";
  const own = NOT_ASCII.test(run) ? run.slice(0, sentenceAt(run)) : run;
  return withoutClosing(text, start, start + own.length);
}

/** Where letters of a script without spaces go on with the sentence: not after a slash or its like. */
function sentenceAt(run: string): number {
  for (let index = 1; index < run.length; index += 1) {
    const previous = run[index - 1] ?? "";
    if (isSpaceless(run[index] ?? "") && !isSpaceless(previous) && !/[/=._-]/.test(previous)) return index;
  }
  return run.length;
}

function withoutClosing(text: string, start: number, end: number): number {
  const excess: Record<string, number> = {
    ")": balance(text, start, end, ")"),
    "]": balance(text, start, end, "]"),
  };
  let last = end;
  while (last > start && CLOSING.test(text[last - 1] ?? "")) {
    const unit = text[last - 1] ?? "";
    if (unit in OPENING) {
      if ((excess[unit] ?? 0) <= 0) break;
      excess[unit] = (excess[unit] ?? 0) - 1;
    }
    last -= 1;
  }
  return last;
}

/** How many more of these close than open. */
function balance(text: string, start: number, end: number, closing: string): number {
  let excess = 0;
  for (let index = start; index < end; index += 1) {
    if (text[index] === closing) excess += 1;
    else if (text[index] === OPENING[closing]) excess -= 1;
  }
  return excess;
}

function isUrl(found: string): boolean {
  const host = HOST.exec(found.replace(/^[a-z][a-z0-9+]*:\/\//i, "").slice(0, 512));
  if (host === null) return false;
  return !/^www/i.test(found) || host[0].split(".").length > 2;
}

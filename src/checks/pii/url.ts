import { isJoinedAt, isSpaceless } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const START = /https?:\/\/|www\d?\./gi;
/** Ends an address in running text. */
const STOP = /[\s<>"`{}|\\^\u3001\u3002\u300c-\u300f\u00ab\u00bb\u201c\u201d]/;
const CLOSING = /[.,;:!?'*_~)\]]/;
const OPENING: Record<string, string> = { ")": "(", "]": "[" };
/** Longer ones are found, but no further than this. */
const LENGTH_LIMIT = 4_096;
const HOST = /^(?:[^\s/?#@]*@)?(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)(?=[:/?#.,]|$)/iu;

/** `http(s)://…` and `www.…`, without the punctuation of the sentence around them. */
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
  let end = start;
  while (end < text.length && end - start < LENGTH_LIMIT && !isStop(text, end)) end += 1;
  return withoutClosing(text, start, end);
}

/** A letter of a script without spaces belongs to the sentence, unless a slash or its like stands before it. */
function isStop(text: string, index: number): boolean {
  const unit = text[index] ?? "";
  if (STOP.test(unit)) return true;
  const previous = text[index - 1] ?? "";
  return isSpaceless(unit) && !isSpaceless(previous) && !/[/=._-]/.test(previous);
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
  const host = HOST.exec(found.replace(/^https?:\/\//i, "").slice(0, 512));
  if (host === null) return false;
  return !/^www/i.test(found) || host[0].split(".").length > 2;
}

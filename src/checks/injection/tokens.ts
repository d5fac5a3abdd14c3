import { meaningOf } from "./words.ts";

/** A text as words with what they mean. All arrays have one entry for each word. */
export interface Tokens {
  text: string;
  words: string[];
  meanings: number[];
  /** Where the word begins in the text. */
  starts: number[];
  /** Number of its sentence. */
  sentences: number[];
  /** Something other than a space stands before it: a clause may begin here. */
  opens: boolean[];
  /** It stands between quotation marks. */
  quoted: boolean[];
  /** What all the words outside quotation marks mean, together. */
  outside: number;
  quotations: Span[];
}

/** From where to where in the text. */
interface Span {
  start: number;
  end: number;
}

const WORD = /[a-z0-9]+(?:['’][a-z]+)?/g;
const OPENING = /[^\s'’\-/]/;
const SENTENCE_END = /[.!?…](?=[\s"'”»)\]]|$)|\n\s*\n|\n\s*[-*#<\d]/;

/** Articles and the like that French and Italian tie to the next word. */
const ELIDED = /^(?:un|l|d|dell|all|nell|sull|dall|qu|jusqu|lorsqu|c|n|j|m|t|s)'(?=[a-z]{2})/;

/** What stands between two words may be long; its beginning tells enough. */
const MAX_GAP_CHARS = 200;

export function tokenise(text: string): Tokens {
  const tokens: Tokens = {
    text,
    words: [],
    meanings: [],
    starts: [],
    sentences: [],
    opens: [],
    quoted: [],
    outside: 0,
    quotations: quotedSpans(text),
  };
  const quotes = tokens.quotations;
  let quote = 0;
  let end = 0;
  let sentence = 0;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const gap = text.slice(end, Math.min(match.index, end + MAX_GAP_CHARS));
    if (gap.length > 1 && SENTENCE_END.test(gap)) sentence++;
    while (quote < quotes.length && (quotes[quote]?.end ?? 0) <= match.index) quote++;
    const isQuoted = (quotes[quote]?.start ?? Infinity) < match.index;
    const meaning = meaningOf(word.replace("’", "'").replace(ELIDED, ""));
    tokens.words.push(word);
    tokens.meanings.push(meaning);
    tokens.starts.push(match.index);
    tokens.sentences.push(sentence);
    tokens.opens.push(end === 0 || OPENING.test(gap));
    tokens.quoted.push(isQuoted);
    if (!isQuoted) tokens.outside |= meaning;
    end = match.index + word.length;
  }
  return tokens;
}

/** Longer quotations are documents. */
const MAX_QUOTE_CHARS = 600;
const MARKS = /["“”„«»]|(?<!`)`(?!`)|(?<![a-z0-9])['‘](?=\S)|(?<=\S)['’](?![a-z0-9])/g;
const CLOSING: Record<string, string> = {
  '"': '"',
  "“": '”“"',
  "„": "“”",
  "«": "»",
  "»": "«",
  "`": "`",
  "'": "'’",
  "‘": "’'",
};

/** What stands between quotation marks, in order; quotations in quotations belong to the outer one. */
function quotedSpans(text: string): Span[] {
  const spans: Span[] = [];
  let open: { start: number; closing: string } | undefined;
  for (const { 0: mark, index } of text.matchAll(MARKS)) {
    if (open && index - open.start > MAX_QUOTE_CHARS) open = undefined;
    if (open?.closing.includes(mark)) {
      spans.push({ start: open.start, end: index });
      open = undefined;
    } else if (!open) {
      const closing = CLOSING[mark];
      if (closing) open = { start: index, closing };
    }
  }
  return spans;
}

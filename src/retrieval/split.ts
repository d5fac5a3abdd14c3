import { isUnspaced } from "./words.ts";

/** How long the pieces of a text are, in UTF-16 units. */
export interface PieceSize {
  /** With the overlap. */
  chunkSize: number;
  /** What a piece repeats of the one before it, at most; less than half of a piece. */
  chunkOverlap: number;
}

/**
 * A text in pieces that are each at most `chunkSize` long. A piece ends where a paragraph does, else a line, a sentence,
 * a word, and begins with the last words of the piece before it. White space at its ends is left out; empty pieces are.
 */
export function splitText(text: string, { chunkSize, chunkOverlap }: PieceSize): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.length - start <= chunkSize ? text.length : endOf(text, start, chunkSize);
    const piece = text.slice(start, end).trim();
    if (piece !== "") pieces.push(piece);
    start = end === text.length ? end : wordAfter(text, end - chunkOverlap, end);
  }
  return pieces;
}

/** Where a piece ends: at the last break of the best kind, in its second half so that pieces do not get short. */
function endOf(text: string, start: number, chunkSize: number): number {
  const from = start + Math.ceil(chunkSize / 2);
  const window = text.slice(start, start + chunkSize);
  const breaks = [() => lastOf(window, /\n[^\S\n]*\n\s*/g), () => lastOf(window, /\n\s*/g), () => lastSentence(window)];
  for (const find of [...breaks, () => lastWord(window)]) {
    const end = start + find();
    if (end > from) return end;
  }
  return start + wholeLetters(window, window.length);
}

/** Where the last match ends; 0 when there is none. */
function lastOf(window: string, pattern: RegExp): number {
  let end = 0;
  for (const match of window.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });
const words = new Intl.Segmenter("ja", { granularity: "word" });

/** Where the last sentence but the one that is cut begins; 0 when there is one sentence only. */
function lastSentence(window: string): number {
  let begin = 0;
  for (const { index } of sentences.segment(window)) begin = index;
  return begin;
}

function lastWord(window: string): number {
  const afterSpace = lastOf(window, /\s+/g);
  if (afterSpace > window.length / 2 || !isUnspaced(window)) return afterSpace;
  let begin = 0;
  for (const { index } of words.segment(window)) begin = index;
  return begin;
}

/** The first word that begins between two places; the second of them when none does. */
function wordAfter(text: string, from: number, to: number): number {
  const window = text.slice(from, to);
  const space = /\s+/.exec(window);
  if (space) return from + space.index + space[0].length;
  if (!isUnspaced(window)) return to;
  const second = [...words.segment(window)][1];
  return second ? from + second.index : to;
}

/** A length that does not end between the two halves of a character. */
function wholeLetters(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}

/** Parts that patterns are put together from. Written for text in small letters; every repetition is bounded. */

/** One of these words or phrases; a space stands for any one space, so do line ends. */
export function oneOf(words: string): string {
  return `\\b(?:${words
    .trim()
    .split(/\s*,\s*|\s*\n\s*/)
    .join("|")
    .replaceAll(" ", "\\s")})\\b`;
}

/** One after the other in a sentence, with no more than so many characters between each two. */
export function inOrder(gapChars: number, ...parts: string[]): RegExp {
  return new RegExp(parts.join(`[^.?!\\n]{0,${gapChars}}?`));
}

/** The same, but not into or out of a quotation. */
export function inOrderUnquoted(gapChars: number, ...parts: string[]): RegExp {
  return new RegExp(parts.join(`[^.?!\\n"“”„«»]{0,${gapChars}}?`));
}

/** About what English text takes; good enough where nobody pays. */
const CHARS_PER_TOKEN = 4;

/** The tokens of a text, by its length alone. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** The start of a text that has at most `tokens` tokens; never half a surrogate pair. */
export function cutToTokens(text: string, tokens: number): string {
  const end = Math.max(0, tokens) * CHARS_PER_TOKEN;
  if (text.length <= end) return text;
  return text.slice(0, end).replace(/[\uD800-\uDBFF]$/, "");
}

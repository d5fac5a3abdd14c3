/** Chance for replacements: nobody may guess an original from them. */

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const WORDS_LENGTH = 256;
const RANGE = 2 ** 32;

const words = new Uint32Array(WORDS_LENGTH);
let next = WORDS_LENGTH;

/** A whole number from 0 to `count` - 1. */
export function below(count: number): number {
  if (next === WORDS_LENGTH) {
    crypto.getRandomValues(words);
    next = 0;
  }
  const word = words[next] ?? 0;
  next += 1;
  return Math.floor((word / RANGE) * count);
}

export function pick<T>(list: readonly [T, ...T[]]): T {
  return list[below(list.length)] ?? list[0];
}

export function digits(count: number): string {
  return lettersFrom("0123456789", count);
}

export function lettersFrom(alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join("");
}

export function lettersAndDigits(count: number): string {
  return lettersFrom(LETTERS_AND_DIGITS, count);
}

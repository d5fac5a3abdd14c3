const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
const HEX_RUN = /(?:0x|\\x)?[0-9a-fA-F]{2}(?:(?:[ :,]|\\x|0x)?[0-9a-fA-F]{2}){11,}/g;
/** Of more runs, or longer ones, the rest is not decoded: no prompt needs it, and the work stays bounded. */
const MAX_RUNS = 64;
const MAX_CHARS = 100_000;

/** The stems of what attackers say, each letter thirteen places on. */
const ROT13_WORDS =
  /vtaber|vtabe[vn]|qvfertneq|sbetrg|bireevqr|vafgehpgvba|vafgehpp|thvqryvar|flfgrz|cebzcg|erfgevpgvba|wnvyoernx/i;

const REVERSED_WORDS = /snoitcurtsni|tpmorp metsys|senilediug|drageresid|suoiverp|snoitcirtser/i;

/** What can be read in runs of base64, hexadecimal digits or rot13, of 24 characters and more, or backwards. */
export function decodedTexts(text: string): string[] {
  const texts: string[] = [];
  collect(text, HEX_RUN, fromHex, texts);
  collect(text, BASE64_RUN, fromBase64, texts);
  if (REVERSED_WORDS.test(text)) texts.push([...text].reverse().join(""));
  if (text.length >= 24 && ROT13_WORDS.test(text)) texts.push(rot13(text));
  return texts;
}

function collect(text: string, runs: RegExp, decode: (run: string) => string | undefined, into: string[]): void {
  let seen = 0;
  for (const [run] of text.matchAll(runs)) {
    if (seen++ === MAX_RUNS) return;
    const read = decode(run.slice(0, MAX_CHARS));
    if (read !== undefined && isReadable(read)) into.push(read);
  }
}

function fromHex(run: string): string | undefined {
  const digits = run.replace(/0x|\\x|[ :,]/g, "");
  const bytes = new Uint8Array(digits.length >> 1);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  return new TextDecoder().decode(bytes);
}

function fromBase64(run: string): string | undefined {
  const digits = run.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(whole), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Text in a language, not bytes that happen to be printable: letters and spaces for the most part. */
function isReadable(text: string): boolean {
  let letters = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 32 || (code >= 97 && code <= 122) || (code >= 65 && code <= 90)) letters++;
    else if (code < 9 || code === 0xfffd) return false;
  }
  return text.length >= 8 && letters / text.length > 0.75;
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0);
    const base = code < 97 ? 65 : 97;
    return String.fromCharCode(((code - base + 13) % 26) + base);
  });
}

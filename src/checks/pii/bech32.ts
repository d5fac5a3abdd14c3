/** BIP 173 and BIP 350: letters of five bits each, and a checksum of six letters. */
export const BECH32_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** What the checksum leaves: version 0 and the later versions differ. */
const BECH32 = 1;
const BECH32M = 0x2bc830a3;
const CHECKSUM_LETTERS = 6;

/** Whether this lower-case `bc1…` is an address of a known length with a right checksum. */
export function isSegwitAddress(text: string): boolean {
  const [prefix, letters] = [text.slice(0, 2), text.slice(3)];
  const values = [...letters].map((letter) => BECH32_LETTERS.indexOf(letter));
  if (values.includes(-1) || values.length < 1 + CHECKSUM_LETTERS) return false;
  const version = values[0] ?? -1;
  const bytes = Math.floor(((values.length - 1 - CHECKSUM_LETTERS) * 5) / 8);
  if (version > 16 || bytes < 2 || bytes > 40 || (version === 0 && bytes !== 20 && bytes !== 32)) return false;
  return polymod([...expand(prefix), ...values]) === (version === 0 ? BECH32 : BECH32M);
}

/** The address of version 0 whose program these values of five bits are. */
export function segwitAddress(program: number[]): string {
  const values = [0, ...program];
  const rest = polymod([...expand("bc"), ...values, 0, 0, 0, 0, 0, 0]) ^ BECH32;
  const checksum = [0, 1, 2, 3, 4, 5].map((index) => (rest >> (5 * (5 - index))) & 31);
  return `bc1${[...values, ...checksum].map((value) => BECH32_LETTERS[value]).join("")}`;
}

function expand(prefix: string): number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: number[]): number {
  let rest = 1;
  for (const value of values) {
    const top = rest >> 25;
    rest = ((rest & 0x1ffffff) << 5) ^ value;
    GENERATORS.forEach((generator, index) => {
      if ((top >> index) & 1) rest ^= generator;
    });
  }
  return rest;
}

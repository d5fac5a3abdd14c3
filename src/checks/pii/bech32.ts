/** BIP 173 and BIP 350: letters of five bits each, and a checksum of six letters. */
export const BECH32_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** What the checksum leaves: version 0 and the later versions differ. */
const BECH32 = 1;
const BECH32M = 0x2bc830a3;
const CHECKSUM_LETTERS = 6;

/** Networks with versions of scripts. */
const SEGWIT: ReadonlySet<string> = new Set(["bc", "ltc"]);
/** Cardano, Cosmos and its kin: a checksum as in version 0, and no versions. */
const PLAIN: ReadonlySet<string> = new Set(["addr", "stake", "cosmos", "osmo", "terra", "inj", "celestia", "thor"]);
const CASH_PREFIX = "bitcoincash";
const CASH_GENERATORS = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n];

/** Whether this lower-case `bc1…`, `ltc1…`, `addr1…` is an address with a right checksum. */
export function isBech32Address(text: string): boolean {
  const split = text.indexOf("1");
  const [prefix, letters] = [text.slice(0, split), text.slice(split + 1)];
  const values = valuesOf(letters);
  if (values.includes(-1) || values.length < 1 + CHECKSUM_LETTERS) return false;
  const rest = polymod([...expand(prefix), ...values]);
  if (PLAIN.has(prefix)) return rest === BECH32;
  return SEGWIT.has(prefix) && isProgram(values) && rest === (values[0] === 0 ? BECH32 : BECH32M);
}

/** A version and a program of a length that it may have. */
function isProgram(values: number[]): boolean {
  const version = values[0] ?? -1;
  const bytes = Math.floor(((values.length - 1 - CHECKSUM_LETTERS) * 5) / 8);
  return version <= 16 && bytes >= 2 && bytes <= 40 && (version !== 0 || bytes === 20 || bytes === 32);
}

/** Bitcoin Cash: the same letters and a checksum of eight, with or without `bitcoincash:` in front. Lower case. */
export function isCashAddress(text: string): boolean {
  const values = valuesOf(text.replace(`${CASH_PREFIX}:`, ""));
  if (values.includes(-1)) return false;
  let rest = 1n;
  for (const value of [...codesOf(CASH_PREFIX).map((code) => code & 31), 0, ...values]) {
    const top = rest >> 35n;
    rest = ((rest & 0x07ffffffffn) << 5n) ^ BigInt(value);
    CASH_GENERATORS.forEach((generator, index) => {
      if ((top >> BigInt(index)) & 1n) rest ^= generator;
    });
  }
  return rest === 1n;
}

function valuesOf(letters: string): number[] {
  return [...letters].map((letter) => BECH32_LETTERS.indexOf(letter));
}

function codesOf(letters: string): number[] {
  return [...letters].map((letter) => letter.charCodeAt(0));
}

/** The address of version 0 whose program these values of five bits are. */
export function segwitAddress(program: number[]): string {
  const values = [0, ...program];
  const rest = polymod([...expand("bc"), ...values, 0, 0, 0, 0, 0, 0]) ^ BECH32;
  const checksum = [0, 1, 2, 3, 4, 5].map((index) => (rest >> (5 * (5 - index))) & 31);
  return `bc1${[...values, ...checksum].map((value) => BECH32_LETTERS[value]).join("")}`;
}

function expand(prefix: string): number[] {
  const codes = codesOf(prefix);
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

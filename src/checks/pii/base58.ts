export const BASE58_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** The XRP Ledger has the same letters in an order of its own. */
const XRP_LETTERS = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
const CHECKSUM_BYTES = 4;
const HASH_BYTES = 20;
/** What stands before the hash on the main networks of Bitcoin, Litecoin, Dogecoin, Dash, Tron, Zcash and Tezos. */
const VERSIONS: ReadonlySet<string> = new Set([
  "00",
  "05",
  "30",
  "32",
  "1e",
  "16",
  "4c",
  "10",
  "41",
  "1cb8",
  "1cbd",
  "06a19f",
  "06a1a1",
  "06a1a4",
]);
const LONGEST_VERSION = 3;
/** The hash of a key or a script on the XRP Ledger. */
const XRP_VERSION = "00";

/** Whether this is a wallet's address whose last four bytes are the head of the double SHA-256 of the others. */
export async function isBase58Check(text: string): Promise<boolean> {
  const isXrp = text.startsWith("r");
  const bytes = bytesOf(text, isXrp ? XRP_LETTERS : BASE58_LETTERS);
  if (bytes === undefined || !isVersion(hexOf(bytes.subarray(0, -HASH_BYTES - CHECKSUM_BYTES)), isXrp)) return false;
  const checksum = await checksumOf(bytes.subarray(0, -CHECKSUM_BYTES));
  return checksum.every((byte, index) => byte === bytes[bytes.length - CHECKSUM_BYTES + index]);
}

function isVersion(version: string, isXrp: boolean): boolean {
  return isXrp ? version === XRP_VERSION : VERSIONS.has(version);
}

/** Whether the letters stand for a public key of 32 bytes, as Solana's addresses do; they have no checksum. */
export function isBase58Key(text: string): boolean {
  return bytesOf(text, BASE58_LETTERS, 32)?.length === 32;
}

/** The address of a version byte and a hash. */
export async function base58Check(version: number, hash: Uint8Array): Promise<string> {
  const payload = Uint8Array.of(version, ...hash);
  const bytes = Uint8Array.of(...payload, ...(await checksumOf(payload)));
  let value = bytes.reduce((total, byte) => total * 256n + BigInt(byte), 0n);
  let text = "";
  for (; value > 0n; value /= 58n) text = BASE58_LETTERS[Number(value % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros) + text;
}

async function checksumOf(payload: Uint8Array): Promise<Uint8Array> {
  const once = await crypto.subtle.digest("SHA-256", payload);
  const twice = await crypto.subtle.digest("SHA-256", once);
  return new Uint8Array(twice).subarray(0, CHECKSUM_BYTES);
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes, at most `limit`; undefined when it stands for more. A leading first letter is a leading zero byte. */
function bytesOf(
  text: string,
  letters: string,
  limit = LONGEST_VERSION + HASH_BYTES + CHECKSUM_BYTES,
): Uint8Array | undefined {
  let value = 0n;
  for (const letter of text) value = value * 58n + BigInt(letters.indexOf(letter));
  const bytes: number[] = [];
  for (; value > 0n; value >>= 8n) bytes.push(Number(value & 255n));
  for (const letter of text) {
    if (letter !== letters[0]) break;
    bytes.push(0);
  }
  return bytes.length > limit ? undefined : Uint8Array.from(bytes.reverse());
}

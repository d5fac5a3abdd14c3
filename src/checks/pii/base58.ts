export const BASE58_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** A version byte, a hash of 20 bytes and a checksum of 4. */
const ADDRESS_BYTES = 25;
const CHECKSUM_BYTES = 4;
/** Pay to a key's hash and to a script's hash, on the main network. */
const VERSIONS = [0x00, 0x05];

/** Whether this is a Bitcoin address whose last four bytes are the head of the double SHA-256 of the others. */
export async function isBase58Check(text: string): Promise<boolean> {
  const bytes = bytesOf(text);
  if (bytes === undefined || !VERSIONS.includes(bytes[0] ?? -1)) return false;
  const checksum = await checksumOf(bytes.subarray(0, -CHECKSUM_BYTES));
  return checksum.every((byte, index) => byte === bytes[ADDRESS_BYTES - CHECKSUM_BYTES + index]);
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

/** The 25 bytes of an address; undefined when it stands for more. A leading `1` is a leading zero byte. */
function bytesOf(text: string): Uint8Array | undefined {
  let value = 0n;
  for (const letter of text) value = value * 58n + BigInt(BASE58_LETTERS.indexOf(letter));
  const bytes = new Uint8Array(ADDRESS_BYTES);
  for (let index = ADDRESS_BYTES - 1; index >= 0; index -= 1, value >>= 8n) bytes[index] = Number(value & 255n);
  if (value > 0n) return undefined;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return /^1*/.exec(text)?.[0].length === zeros ? bytes : undefined;
}

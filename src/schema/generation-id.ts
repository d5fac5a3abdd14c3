const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const RANDOM_CHARS = 20;

/** `gen-<unix seconds>-<20 letters and digits>`, some 119 random bits. */
export function createGenerationId(nowMs: number): string {
  let suffix = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_CHARS))) suffix += ALPHABET[byte % ALPHABET.length];
  return `gen-${Math.floor(nowMs / 1000)}-${suffix}`;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 9;

/**
 * A tool-call id in the only form that Mistral takes: nine letters and digits. Ids of that form stay, any other gives
 * the same nine characters each time, so that a result still finds its call.
 */
export function toMistralToolId(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id;
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < id.length; index++) {
    low = Math.imul(low ^ id.charCodeAt(index), 0x01000193) >>> 0;
    high = Math.imul(high ^ low, 0x85ebca6b) >>> 0;
  }
  let state = BigInt(high) * 0x1_0000_0000n + BigInt(low);
  let written = "";
  for (let index = 0; index < LENGTH; index++) {
    written += ALPHABET[Number(state % BigInt(ALPHABET.length))];
    state /= BigInt(ALPHABET.length);
  }
  return written;
}

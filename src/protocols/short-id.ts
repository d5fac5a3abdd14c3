/** The longest id of a tool call that OpenAI's Responses API and Converse take. */
const MAX_ID_CHARS = 64;
const KEPT_CHARS = 48;

/**
 * An id of a tool call with letters, digits, `_` and `-` alone, at most 64. The same id always gives the same one,
 * and an id that is fine stays as it is.
 */
export function toShortId(id: string): string {
  const clean = id.replace(/[^A-Za-z0-9_-]/g, "_") || "call";
  return clean.length <= MAX_ID_CHARS ? clean : `${clean.slice(0, KEPT_CHARS)}_${hashOf(id)}`;
}

/** FNV-1a, 32 bits, as base 36. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(36);
}

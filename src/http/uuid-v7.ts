/** A UUID that begins with the time, so that later ones sort behind (RFC 9562 §5.7). */
export function uuidV7(nowMs = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, "0");
  // Of a random UUID everything behind its version is kept.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

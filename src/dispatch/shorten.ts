/** Longer texts of an echoed body are cut: pictures and files are not what is looked for in it. */
const MAX_CHARS = 2_000;

/** A JSON value with its long texts cut in the middle. */
export function shortened(value: unknown): unknown {
  if (typeof value === "string") {
    if (value.length <= MAX_CHARS) return value;
    const half = MAX_CHARS / 2;
    return `${value.slice(0, half)}… ${value.length - MAX_CHARS} characters left out …${value.slice(-half)}`;
  }
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}

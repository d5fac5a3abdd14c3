/** The longest name of a tool that the vendor takes. */
const MAX_NAME_CHARS = 128;

/** A name or id with nothing but letters, digits, `_` and `-`, as the vendor wants it; never empty. */
function sanitized(text: string, otherwise: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_") || otherwise;
}

/** The name of a tool in an earlier turn, which another vendor may have taken in another form. */
export function toToolName(name: string): string {
  return sanitized(name, "unknown").slice(0, MAX_NAME_CHARS);
}

/**
 * Gives every tool call of a conversation an id that the vendor takes, and finds the call that a result belongs to.
 * Ids of other vendors may hold other characters, be empty, or come again in a later turn. The same conversation
 * always gets the same ids, and an id that is fine stays as it is.
 */
export class ToolIds {
  readonly #used = new Set<string>();
  /** Calls of the latest turn that have no result yet: the client's id and ours. */
  #waiting: { original: string; id: string }[] = [];

  /** The id of a new call. */
  open(original: string): string {
    const base = sanitized(original, "call");
    let id = base;
    for (let copy = 2; this.#used.has(id); copy++) id = `${base}_${copy}`;
    this.#used.add(id);
    this.#waiting.push({ original, id });
    return id;
  }

  /** The id of the call that a result belongs to; undefined when no call is waiting for it. */
  close(original: string): string | undefined {
    const position = this.#waiting.findIndex((call) => call.original === original);
    return position === -1 ? undefined : this.#waiting.splice(position, 1)[0]?.id;
  }

  /** Ids of the calls that got no result, which then wait no longer. */
  abandon(): string[] {
    const ids = this.#waiting.map((call) => call.id);
    this.#waiting = [];
    return ids;
  }
}

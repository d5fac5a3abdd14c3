import type { ToolCallDelta } from "../../schema/chunk.ts";
import { asObject, asString } from "../json.ts";

/**
 * Puts the tool-call pieces of one choice in order: an index for each call, and id, type and name with its first
 * piece only. Upstreams differ: some leave the index out, some repeat id and name with every piece, some send no id,
 * some send arguments as an object.
 */
export class ToolCallTracker {
  /** The index that the client sees, by the upstream's index or id. */
  readonly #indexes = new Map<string, number>();
  #last = -1;
  readonly #idPrefix: string;

  /** `idPrefix` makes ids for calls that come without. */
  constructor(idPrefix: string) {
    this.#idPrefix = idPrefix;
  }

  read(toolCalls: unknown[]): ToolCallDelta[] {
    const pieces: ToolCallDelta[] = [];
    for (const value of toolCalls) {
      const toolCall = asObject(value);
      const called = asObject(toolCall.function);
      const id = asString(toolCall.id) || undefined;
      const name = asString(called.name) || undefined;
      const { index, isNew } = this.#place(toolCall.index, id, name);
      const text = argumentsText(called.arguments);
      if (isNew) {
        pieces.push({
          index,
          id: id ?? `${this.#idPrefix}_${index}`,
          type: "function",
          function: { name: name ?? "", arguments: text },
        });
      } else if (text !== "") {
        pieces.push({ index, function: { arguments: text } });
      }
    }
    return pieces;
  }

  #place(upstreamIndex: unknown, id: string | undefined, name: string | undefined): { index: number; isNew: boolean } {
    const key =
      typeof upstreamIndex === "number"
        ? `#${upstreamIndex}`
        : id !== undefined
          ? `id:${id}`
          : name
            ? undefined
            : "last";
    if (key === "last" && this.#last >= 0) return { index: this.#last, isNew: false };
    const known = key === undefined ? undefined : this.#indexes.get(key);
    if (known !== undefined) {
      this.#last = known;
      return { index: known, isNew: false };
    }
    this.#last = this.#indexes.size;
    this.#indexes.set(key ?? `name:${this.#last}`, this.#last);
    return { index: this.#last, isNew: true };
  }
}

function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

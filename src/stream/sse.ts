import { FramingError } from "./framing.ts";

/** One event of a server-sent event stream. */
export interface SseMessage {
  /** The `event:` field, "message" when absent. */
  event: string;
  /** The `data:` lines, joined by "\n". */
  data: string;
}

/** Room for an event that carries a generated image as base64; a longer one is a runaway stream. */
export const MAX_EVENT_CHARS = 32 * 1024 * 1024;

/**
 * Reads server-sent events from text that arrives in any pieces, by the WHATWG rules (HTML § 9.2.6): lines end in LF,
 * CR or CRLF; `:` starts a comment; one space after the colon is dropped; data lines are joined by LF; a blank line
 * ends an event; an event without data is none. The byte order mark is the text decoder's business.
 */
export class SseScanner {
  /** Text of a line whose end has not arrived yet. */
  #rest = "";
  /** Data lines of the event in progress; undefined when it has none. */
  #data: string | undefined;
  #event = "";
  /** The last piece ended in CR: an LF that follows belongs to it. */
  #afterCr = false;
  readonly #maxEventChars: number;

  constructor(maxEventChars = MAX_EVENT_CHARS) {
    this.#maxEventChars = maxEventChars;
  }

  /** Takes the next piece of text and adds the events that it completes. Throws `FramingError` for an event without end. */
  scan(piece: string, messages: SseMessage[]): void {
    let start = 0;
    if (this.#afterCr && piece !== "") {
      this.#afterCr = false;
      if (piece.charCodeAt(0) === 10) start = 1;
    }
    // The search for CR starts once and again only when passed: streams without it pay for one look a piece.
    let cr = piece.indexOf("\r", start);
    for (;;) {
      const lf = piece.indexOf("\n", start);
      let end = lf;
      let next = lf + 1;
      if (cr !== -1 && cr < start) cr = piece.indexOf("\r", start);
      if (cr !== -1 && (lf === -1 || cr < lf)) {
        end = cr;
        next = lf === cr + 1 ? cr + 2 : cr + 1;
        if (next === piece.length && lf !== cr + 1) this.#afterCr = true;
      }
      if (end === -1) break;
      const line = this.#rest === "" ? piece.slice(start, end) : this.#rest + piece.slice(start, end);
      this.#rest = "";
      this.#takeLine(line, messages);
      start = next;
    }
    if (start < piece.length) {
      this.#rest += start === 0 ? piece : piece.slice(start);
      this.#checkLength(this.#rest.length);
    }
  }

  /**
   * Ends the stream. The standard drops an event without its blank line; some servers leave the last one out, so
   * what is there is given out, and its reader decides whether it is whole.
   */
  end(messages: SseMessage[]): void {
    if (this.#rest !== "") this.#takeLine(this.#rest, messages);
    this.#rest = "";
    this.#takeLine("", messages);
  }

  #takeLine(line: string, messages: SseMessage[]): void {
    if (line === "") {
      if (this.#data !== undefined) messages.push({ event: this.#event || "message", data: this.#data });
      this.#data = undefined;
      this.#event = "";
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      this.#checkLength(this.#data.length);
    } else if (field === "event") {
      this.#event = value;
    }
  }

  #checkLength(chars: number): void {
    if (chars > this.#maxEventChars)
      throw new FramingError(`an event of the upstream's stream is longer than ${this.#maxEventChars} characters`);
  }
}

import { type Framing, FramingError } from "../../stream/framing.ts";
import { MAX_EVENT_CHARS, type SseMessage, SseScanner } from "../../stream/sse.ts";

/**
 * Server-sent events, and what this vendor puts behind them: a stream that it breaks off ends in a bare JSON object
 * with the error, and without `alt=sse` a stream is one JSON array. Bare JSON becomes one last message.
 */
export class GeminiFraming implements Framing {
  // The decoder itself would drop a byte order mark at the start of every piece, not of the stream alone.
  readonly #text = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  #isAtStart = true;
  readonly #scanner = new SseScanner();
  #isAtLineStart = true;
  #json: string | undefined;

  push(bytes: Uint8Array, messages: SseMessage[]): void {
    this.#take(this.#text.decode(bytes, { stream: true }), messages);
  }

  end(messages: SseMessage[]): void {
    this.#take(this.#text.decode(), messages);
    this.#scanner.end(messages);
    if (this.#json !== undefined) messages.push({ event: "message", data: this.#json });
  }

  #take(text: string, messages: SseMessage[]): void {
    if (text === "") return;
    const piece = this.#isAtStart && text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.#isAtStart = false;
    if (piece !== "") this.#scan(piece, messages);
  }

  #scan(text: string, messages: SseMessage[]): void {
    if (this.#json !== undefined) {
      this.#json += text;
      if (this.#json.length > MAX_EVENT_CHARS)
        throw new FramingError("the upstream's answer is longer than an event may be");
      return;
    }
    const start = this.#findJson(text);
    if (start !== -1) {
      this.#json = text.slice(start);
      this.#scanner.scan(text.slice(0, start), messages);
      return;
    }
    this.#isAtLineStart = text.endsWith("\n");
    this.#scanner.scan(text, messages);
  }

  /** Where a line begins like JSON, which no line of an event stream does; -1 when none does. */
  #findJson(text: string): number {
    if (this.#isAtLineStart && (text[0] === "{" || text[0] === "[")) return 0;
    const object = text.indexOf("\n{");
    const array = text.indexOf("\n[");
    if (object === -1 && array === -1) return -1;
    return 1 + (object === -1 || (array !== -1 && array < object) ? array : object);
  }
}

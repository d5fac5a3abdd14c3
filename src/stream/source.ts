import type { UpstreamFailure } from "../errors.ts";
import type { Part } from "../schema/chunk.ts";
import { type Framing, FramingError } from "./framing.ts";
import { type SseMessage, SseScanner } from "./sse.ts";

/** Turns messages into parts. One object a stream, the only thing with the protocol's state. */
export interface Decoder {
  /** Adds the parts of one message; adds nothing after `done` or `failure`. Never throws. */
  decode(message: SseMessage, parts: Part[]): void;
  /** The upstream has closed cleanly: adds `done` when the answer is whole, else the failure. */
  end(parts: Part[]): void;
}

/** Server-sent events in UTF-8. */
export class SseFraming implements Framing {
  // The decoder itself would drop a byte order mark at the start of every piece, not of the stream alone.
  readonly #text = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  #isAtStart = true;
  readonly #scanner = new SseScanner();

  push(bytes: Uint8Array, messages: SseMessage[]): void {
    this.#scan(this.#text.decode(bytes, { stream: true }), messages);
  }

  end(messages: SseMessage[]): void {
    this.#scan(this.#text.decode(), messages);
    this.#scanner.end(messages);
  }

  #scan(text: string, messages: SseMessage[]): void {
    if (text === "") return;
    this.#scanner.scan(this.#isAtStart && text.startsWith("\uFEFF") ? text.slice(1) : text, messages);
    this.#isAtStart = false;
  }
}

/** A read gives one piece of the upstream's own making, seldom more than this; every open stream holds one buffer. */
const READ_BUFFER_BYTES = 4 * 1024;

/**
 * Reads an upstream's body as parts. Whatever happens to the connection, the last part is `done` or `failure`:
 * silence and death never look like an end.
 */
export class PartSource {
  #reader: BodyReader;
  readonly #framing: Framing;
  readonly #decoder: Decoder;
  readonly #explain: (error: unknown) => UpstreamFailure;
  readonly #onParts: (parts: Part[]) => void;
  readonly #messages: SseMessage[] = [];
  #ended = false;

  /**
   * `explain` names why a read was refused: the deadline that ran out, or the connection that broke. `onParts` sees
   * every batch before it is given out, and may change its last part.
   */
  constructor(
    body: ReadableStream<Uint8Array>,
    { framing, decoder }: { framing: Framing; decoder: Decoder },
    { explain, onParts }: { explain: (error: unknown) => UpstreamFailure; onParts: (parts: Part[]) => void },
  ) {
    this.#reader = openReader(body);
    this.#framing = framing;
    this.#decoder = decoder;
    this.#explain = explain;
    this.#onParts = onParts;
  }

  /**
   * The next parts, at least one; all that has arrived is in one batch. Empty only after the last part. The only
   * suspended frame between a stream that waits and the runtime: each one costs memory while it does.
   */
  async read(): Promise<Part[]> {
    const parts: Part[] = [];
    while (parts.length === 0 && !this.#ended) {
      try {
        this.#take(await this.#reader.read(), parts);
      } catch (error) {
        const failure = error instanceof FramingError ? misframed(error) : this.#explain(error);
        parts.push({ type: "failure", failure });
        if (!(error instanceof FramingError)) this.#reader = BROKEN_READER;
      }
      if (isLast(parts.at(-1))) this.#ended = true;
    }
    this.#onParts(parts);
    return parts;
  }

  /** Lets go of the upstream; a read that is waiting ends. */
  cancel(reason: unknown): void {
    this.#ended = true;
    this.#reader.cancel(reason).catch(() => {});
  }

  /**
   * After the last part: reads what is left of the body, so that its connection can be used again. Gives up when
   * the upstream does not close within `graceMs`.
   */
  async drain(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.cancel("not closed by the upstream"), graceMs);
    try {
      for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read())
        this.#reader.keep(next.value);
    } catch {
      // The answer is complete; how its connection ends does not matter.
    } finally {
      clearTimeout(timer);
    }
  }

  #take({ done, value }: ReadableStreamReadResult<Uint8Array>, parts: Part[]): void {
    const messages = this.#messages;
    messages.length = 0;
    if (done) this.#framing.end(messages);
    else this.#framing.push(this.#reader.keep(value), messages);
    for (const message of messages) {
      this.#decoder.decode(message, parts);
      if (isLast(parts.at(-1))) break;
    }
    if (done && !isLast(parts.at(-1))) this.#decoder.end(parts);
    if (done) this.#ended = true;
  }
}

/** Whether nothing follows this part. */
export function isLast(part: Part | undefined): boolean {
  return part?.type === "done" || part?.type === "failure";
}

function misframed(error: FramingError): UpstreamFailure {
  return { kind: "malformed", message: error.message };
}

/** A body's reader, whatever its kind. */
interface BodyReader {
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  /** Must be called with every value that `read` gives, before the next read; gives the value back. */
  keep(value: Uint8Array): Uint8Array;
  cancel(reason: unknown): Promise<void>;
}

/**
 * Takes the place of a reader whose body broke. Such a body keeps the error, and the runtime's errors keep the objects
 * of their stack: whoever is on it must not hold on to the body, or neither of them is ever let go of.
 */
const BROKEN_READER: BodyReader = {
  read: () => Promise.resolve({ done: true, value: undefined }),
  keep: (value) => value,
  cancel: () => Promise.resolve(),
};

/** A reader that fills the same buffer again and again where the body allows it. */
function openReader(body: ReadableStream<Uint8Array>): BodyReader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    const plain = body.getReader();
    return { read: () => plain.read(), keep: (value) => value, cancel: (reason) => plain.cancel(reason) };
  }
  let buffer: ArrayBufferLike = new ArrayBuffer(READ_BUFFER_BYTES);
  return {
    read: () => reader.read(new Uint8Array(buffer)) as Promise<ReadableStreamReadResult<Uint8Array>>,
    keep(value) {
      buffer = value.buffer;
      return value;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

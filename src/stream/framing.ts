import type { SseMessage } from "./sse.ts";

/** Cuts an upstream's bytes into messages. One object a stream. */
export interface Framing {
  push(bytes: Uint8Array, messages: SseMessage[]): void;
  /** The upstream has closed cleanly: gives out what is left. */
  end(messages: SseMessage[]): void;
}

/** The bytes do not follow their framing, or a message grew past its bound; nothing more can be read. */
export class FramingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FramingError";
  }
}

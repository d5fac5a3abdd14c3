/** A text's bytes in pieces of so many. */
export function piecesOf(text: string | Uint8Array, size: number): Uint8Array[] {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  );
}

/** How a reader may get at a body: with a buffer of its own, as from the network, or without. */
export type BodyKind = "bytes" | "plain";

export const BODY_KINDS: BodyKind[] = ["bytes", "plain"];

/** Something that happens to a body after its pieces. */
export type BodyEnd = "close" | "break" | "silence";

/** A body that hands out these pieces, one for each read, and then ends in a way of its own. */
export function bodyOf(
  pieces: (string | Uint8Array)[],
  { kind = "bytes", end = "close" }: { kind?: BodyKind; end?: BodyEnd } = {},
): { body: ReadableStream<Uint8Array>; cancelled: () => unknown } {
  const script = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
  let reason: unknown;
  const pull = (
    controller: ReadableStreamDefaultController | ReadableByteStreamController,
  ): Promise<void> | undefined => {
    const piece = script.shift();
    // A copy: a byte stream takes the buffer away.
    if (piece) controller.enqueue(piece.slice());
    else if (end === "silence") return new Promise(() => {});
    else if (end === "break") controller.error(new TypeError("Network connection lost."));
    else {
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    }
    return undefined;
  };
  const cancel = (why: unknown) => {
    reason = why;
  };
  const body =
    kind === "bytes"
      ? new ReadableStream({ type: "bytes", pull, cancel }, { highWaterMark: 0 })
      : new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  return { body: body as ReadableStream<Uint8Array>, cancelled: () => reason };
}

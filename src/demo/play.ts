/** One step of a scripted body. A script without more steps is a clean end. */
export type Step =
  /** Gives out this text at once, as one piece. */
  | { type: "send"; text: string }
  | { type: "bytes"; bytes: Uint8Array }
  /** Gives out nothing for a while. */
  | { type: "pause"; ms: number }
  /** The connection dies. */
  | { type: "break" };

/** Longer than any deadline of a request. A timer, because workerd ends a request that waits for nothing at all. */
export const FOREVER_MS = 24 * 60 * 60 * 1000;

/**
 * Plays a script as a byte stream: one piece for each `send`, made when the reader asks for it. When the signal aborts,
 * the stream fails with its reason, as the body of a `fetch` does; when the reader cancels, nothing runs on.
 */
export function play(steps: Iterable<Step>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const script = steps[Symbol.iterator]();
  const encoder = new TextEncoder();
  const over = new AbortController();
  return new ReadableStream(
    {
      type: "bytes",
      start(controller) {
        const fail = () => {
          controller.error(signal.reason);
          over.abort(signal.reason);
        };
        if (signal.aborted) fail();
        else signal.addEventListener("abort", fail, { once: true, signal: over.signal });
      },
      async pull(controller) {
        for (;;) {
          const { done, value: step } = script.next();
          if (done) {
            controller.close();
            // A reader that brought its own buffer is told of the end only through its request.
            controller.byobRequest?.respond(0);
            over.abort();
            return;
          }
          if (step.type === "send") {
            controller.enqueue(encoder.encode(step.text));
            return;
          }
          if (step.type === "bytes") {
            // The stream takes the buffer away from whom it is given by.
            controller.enqueue(step.bytes.slice());
            return;
          }
          if (step.type === "break") {
            over.abort();
            throw new TypeError("The connection was lost.");
          }
          await pause(step.ms, over.signal);
        }
      },
      cancel(reason) {
        over.abort(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Waits, and rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    signal.addEventListener("abort", leave, { once: true });
  });
}

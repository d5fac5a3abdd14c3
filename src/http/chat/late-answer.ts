import type { Answer } from "../../dispatch/dispatch.ts";
import { RouterError } from "../../errors.ts";
import { DONE_EVENT } from "../../stream/encode.ts";
import { HEARTBEAT } from "../../stream/gather.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { toErrorObject } from "../error-response.ts";

/**
 * How long a stream's client waits for a status. As long as nothing has been sent an error can have its own status, so
 * the walk gets all the time that clients and the proxies on the way leave it; most of them give up after a minute.
 */
const LATE_MS = 45_000;
/** Between two signs of life while the walk goes on. */
const BEAT_MS = 10_000;

/** Waits for an answer until it is late; undefined when it is. */
export async function inTime(answering: Promise<Answer>, lateMs = LATE_MS): Promise<Answer | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), lateMs);
  });
  try {
    return await Promise.race([answering, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The event stream of an answer that has not begun: comments until it does, then the answer. An error has to stand in
 * the stream now. `leave` stops the walk when the client goes.
 */
export function lateBody(answering: Promise<Answer>, leave: () => void, dialect?: Dialect): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let waiting: Promise<void> | undefined;
  let error: unknown;
  const begin = async () => {
    try {
      const { body } = await answering;
      if (typeof body !== "string") reader = body.getReader();
    } catch (cause) {
      error = cause;
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        waiting ??= begin();
        if (!reader && error === undefined) {
          await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, BEAT_MS))]);
          if (!reader && error === undefined) return controller.enqueue(encoder.encode(HEARTBEAT));
        }
        if (error !== undefined) {
          controller.enqueue(encoder.encode(errorEvent(error, dialect) + DONE_EVENT));
          return controller.close();
        }
        const next = await reader?.read();
        if (next?.value) controller.enqueue(next.value);
        else controller.close();
      },
      async cancel(reason) {
        leave();
        await reader?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** As a chunk without choices, which is how this API says that nobody has answered, or as the client's dialect says it. */
function errorEvent(cause: unknown, dialect: Dialect | undefined): string {
  const error = cause instanceof RouterError ? cause : new RouterError("server", "Internal Server Error");
  if (error !== cause) console.error("unexpected error", cause);
  const event = dialect ? dialect.toErrorEvent(error) : { error: toErrorObject(error), choices: [] };
  return `data: ${JSON.stringify(event)}\n\n`;
}

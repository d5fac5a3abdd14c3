import type { Hono } from "hono";
import type { AppEnv } from "./env.ts";
import { uuidV7 } from "./uuid-v7.ts";

export const REQUEST_ID_HEADER = "x-request-id";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id that a client has given its request, or a new one. */
export function requestIdOf({ headers }: Request): string {
  const given = headers.get(REQUEST_ID_HEADER);
  return given !== null && REQUEST_ID.test(given) ? given : uuidV7();
}

/** The app, each of whose answers has the header `x-request-id`. */
export function withRequestIds(app: Hono<AppEnv>): Hono<AppEnv> {
  const { fetch: answerTo } = app;
  app.fetch = async (request, ...rest) => {
    const answer = await answerTo(request, ...rest);
    if (answer.headers.has(REQUEST_ID_HEADER)) return answer;
    return withHeader(answer, requestIdOf(request));
  };
  return app;
}

function withHeader(answer: Response, requestId: string): Response {
  try {
    answer.headers.set(REQUEST_ID_HEADER, requestId);
    return answer;
  } catch {
    // Of an answer that came from elsewhere the headers cannot be changed.
    const copy = new Response(answer.body, answer);
    copy.headers.set(REQUEST_ID_HEADER, requestId);
    return copy;
  }
}

import type { UpstreamFailure } from "../../errors.ts";
import { asArray, asObject, asString } from "../json.ts";
import { readFailure as readAnyFailure } from "../openai-chat/failure.ts";

/**
 * Reads an error answer: `{message, type, code}`, where the message of a request that does not fit the schema is
 * `{detail: [{loc, msg}]}`, or that list alone as `{detail}`.
 */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  const failure = readAnyFailure(status, headers, body, nowMs);
  const problems = problemsIn(body);
  return problems === "" ? failure : { ...failure, message: problems };
}

/** `max_tokens: Input should be …; …`; empty when the body is of another form. */
function problemsIn(body: string): string {
  let detail: unknown[];
  try {
    const json = asObject(JSON.parse(body));
    detail = asArray(asObject(json.message).detail ?? json.detail);
  } catch {
    return "";
  }
  const problems = detail.map(asObject).flatMap(({ loc, msg }) => {
    const place = asArray(loc).filter((step) => step !== "body");
    const text = asString(msg);
    return text === undefined ? [] : [place.length > 0 ? `${place.join(".")}: ${text}` : text];
  });
  return problems.join("; ");
}

import type { UpstreamFailure } from "../../errors.ts";
import { readFailure as readAnyFailure } from "../openai-chat/failure.ts";

/** A request or an answer that holds a word on the vendor's list. */
const DENIED_STATUS = 498;

/** Reads an error answer, `{message}`: one of the forms that the OpenAI reader knows. */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  const failure = readAnyFailure(status, headers, body, nowMs);
  return status === DENIED_STATUS ? { ...failure, kind: "moderated" } : failure;
}

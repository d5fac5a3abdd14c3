import type { UpstreamFailure } from "../../errors.ts";
import { asObject, asString, type Json } from "../json.ts";
import { readStreamError } from "../openai-chat/failure.ts";

/** Codes that a response can fail with because of what was sent: an image that cannot be read, and its like. */
const REQUEST_FAULT = /^(invalid_|image_|unsupported_|empty_image|failed_to_download)/;
const POLICY = /content_policy|cyber_policy|bio_policy/;

/** Reads the `error` of a response that failed, or of an `error` event; there is no status beside its code. */
export function readResponseError(error: unknown): UpstreamFailure {
  const failure = readStreamError({ error });
  const { code: value, message }: Json = asObject(error);
  const code = asString(value) ?? "";
  const isModerated = POLICY.test(code) || (code === "invalid_prompt" && /policy|flagged/i.test(String(message)));
  if (isModerated) return { ...failure, kind: "moderated" };
  if (failure.kind === "overloaded" && REQUEST_FAULT.test(code)) return { ...failure, kind: "rejected" };
  return failure;
}

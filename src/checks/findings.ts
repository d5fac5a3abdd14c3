import { invalidField, RouterError } from "../errors.ts";

/** What a check finds in a prompt or in an answer. Clients look for these words, and for `metadata.reasons`. */
const PHRASES = {
  pii: "Request blocked: pii detected",
  prompt_injection: "Request blocked: prompt injection detected",
  toxicity: "Response blocked: failed toxicity check",
  factuality: "Response blocked: failed factuality check",
};
export type Finding = keyof typeof PHRASES;

/** The error of a prompt or an answer in which something was found: 403. `details` name kinds, never what was found. */
export function refusal(finding: Finding, details: { entities?: string[]; patterns?: string[] } = {}): RouterError {
  const metadata = { reasons: [finding], ...details };
  return new RouterError("content_policy_violation", PHRASES[finding], { status: 403, metadata });
}

/** Characters that one check looks at. */
export const MAX_CHARS = 200_000;

/** Throws where a check would have to leave something unread. */
export function requireScannable(texts: readonly { text: string }[], check: string): void {
  let chars = 0;
  for (const { text } of texts) chars += text.length;
  if (chars <= MAX_CHARS) return;
  const limit = MAX_CHARS.toLocaleString("en-US");
  throw invalidField("messages", `the ${check} check takes at most ${limit} characters of text, received ${chars}`);
}

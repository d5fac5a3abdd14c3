import * as z from "zod";
import { invalidField } from "../../errors.ts";
import { expected } from "../../schema/fields.ts";

/** A check scans no more characters than this; more is refused, never left unscanned. */
const MAX_SCANNED_CHARS = 200_000;
const MAX_PROMPTS = 1_000;

/** A text for a check, not empty. */
export function textToScan() {
  return z
    .string(expected(`a text of 1 to ${MAX_SCANNED_CHARS} characters`))
    .min(1)
    .max(MAX_SCANNED_CHARS);
}

/** One text for a check, or several. */
export function promptsToScan() {
  const list = z
    .array(textToScan(), expected(`an array of 1 to ${MAX_PROMPTS} texts`))
    .min(1)
    .max(MAX_PROMPTS);
  return z.union([textToScan(), list], expected("a text, or an array of texts, not empty"));
}

/** The texts. Throws a 400 for more than a check scans. */
export function scannable(prompt: string | string[]): string[] {
  const prompts = [prompt].flat();
  const chars = prompts.reduce((sum, { length }) => sum + length, 0);
  if (chars <= MAX_SCANNED_CHARS) return prompts;
  throw invalidField("prompt", `expected at most ${MAX_SCANNED_CHARS} characters in all, received ${chars}`);
}

/** The frame of an answer of a check. */
export function checkAnswer(prefix: string, object: string, checks: Record<string, unknown>[]) {
  const numbered = checks.map((check, index) => ({ index, ...check, status: "success" }));
  return { id: `${prefix}-${crypto.randomUUID()}`, object, created: Math.floor(Date.now() / 1000), checks: numbered };
}

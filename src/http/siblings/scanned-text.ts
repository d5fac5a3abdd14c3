import * as z from "zod";
import { expected } from "../../schema/fields.ts";

/** A check scans no more characters than this; more is refused, never left unscanned. */
export const MAX_SCANNED_CHARS = 200_000;

/** A text for a check, not blank. */
export function textToScan() {
  return z
    .string(expected(`a text of 1 to ${MAX_SCANNED_CHARS} characters`))
    .min(1)
    .max(MAX_SCANNED_CHARS);
}

import * as z from "zod";

/** One line of the self-test's card. */
const checkResultSchema = z.object({
  name: z.string(),
  group: z.string(),
  status: z.enum(["passed", "failed", "skipped"]),
  took_ms: z.number(),
  /** Why it failed or was skipped, or what else there is to say; never a secret. */
  detail: z.string().optional(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** What POST /selftest gives as `data`. */
export const cardSchema = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  took_ms: z.number(),
  checks: z.array(checkResultSchema),
});
export type Card = z.infer<typeof cardSchema>;

import * as z from "zod";

/** Who did it: the secret `MANAGEMENT_KEY`, or a key by its hash. */
export const actorSchema = z.object({
  kind: z.enum(["bootstrap", "management_key"]),
  hash: z.string().optional(),
  label: z.string().optional(),
  name: z.string().optional(),
});
export type Actor = z.infer<typeof actorSchema>;

const common = {
  /** The action; its two entries share it. */
  id: z.string(),
  atMs: z.number(),
  /** The team that it is about, as far as that is known. */
  team: z.string().nullable(),
};

/** What is going to be done. Written before it is. */
const intentSchema = z.object({
  kind: z.literal("intent"),
  ...common,
  actor: actorSchema,
  method: z.string(),
  /** The route, e.g. `/keys/:hash`. */
  route: z.string(),
  /** The path as it was asked for, with its query. */
  target: z.string(),
  /** What was given: short values as they are, of longer ones their form, of secrets nothing. */
  fields: z.record(z.string(), z.unknown()),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Name of the request at the edge. */
  requestId: z.string().nullable(),
});
export type Intent = z.infer<typeof intentSchema>;

/** How it ended. An intent without one was cut short: it may have been done. */
const resultSchema = z.object({
  kind: z.literal("result"),
  ...common,
  status: z.number(),
  /** What was made or changed: its hash, id or slug. */
  object: z.string().nullable(),
});
export type Result = z.infer<typeof resultSchema>;

export const auditEntrySchema = z.discriminatedUnion("kind", [intentSchema, resultSchema]);
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Names of fields whose values are never written down. */
const SECRET_NAME = /key$|secret|token$|password|authorization|credential|sealed|^value$|^headers?$|^external$/i;
/** Names of fields that hold a whole document. */
const CONTENT_NAME = /^(?:text|data)$/;
const MAX_TEXT_CHARS = 120;
const MAX_ITEMS = 20;
const MAX_FIELDS = 50;

/** What a body says, fit to be kept for ever. */
export function describeFields(json: unknown): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return {};
  const entries = Object.entries(json).slice(0, MAX_FIELDS);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.slice(0, MAX_TEXT_CHARS),
      SECRET_NAME.test(name) ? "(secret)" : describeValue(value, CONTENT_NAME.test(name) ? 0 : MAX_TEXT_CHARS),
    ]),
  );
}

function describeValue(value: unknown, maxChars = MAX_TEXT_CHARS): unknown {
  if (typeof value === "string") return value.length > maxChars ? `(${value.length} characters)` : value;
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return { fields: Object.keys(value).slice(0, MAX_FIELDS) };
  const isPlain = value.length <= MAX_ITEMS && value.every((item) => typeof item !== "object" || item === null);
  return isPlain ? value.map((item) => describeValue(item)) : `(${value.length} items)`;
}

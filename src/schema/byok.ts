import * as z from "zod";

/** A team's own key at a provider, as it is stored: the key itself sealed. */
export const teamKeySchema = z.object({
  id: z.string(),
  team: z.string(),
  /** Slug of the provider. */
  provider: z.string(),
  /** The end of the key, for display. */
  label: z.string(),
  name: z.string().nullable(),
  disabled: z.boolean(),
  /** Keys of a provider are tried in this order, the lowest first. */
  sortOrder: z.number(),
  /** Tried after the operator's own key, not before it. */
  isFallback: z.boolean(),
  /** Where this key may be used, the operator's is not. */
  isRequired: z.boolean(),
  /** The operator's key is not used at this provider at all. */
  isByokOnly: z.boolean(),
  /** Null: for every model, by everybody, with every key. */
  allowedModels: z.array(z.string()).nullable(),
  allowedUserIds: z.array(z.string()).nullable(),
  /** By their accounts, which stay when a token is replaced. */
  allowedAccounts: z.array(z.string()).nullable(),
  /** Whether the vendor keeps nothing of what is sent with this key, by the team's word; null: as the provider's row says. */
  declaredZdr: z.boolean().nullable(),
  sealed: z.string(),
  createdAtMs: z.number(),
});
export type TeamKey = z.infer<typeof teamKeySchema>;

/** Keys may be the JSON of a service account. */
const MAX_KEY_CHARS = 16_384;
const MAX_NAMES = 100;

const names = z
  .array(z.string("must be a string").min(1, "must not be empty").max(256), "must be a list of strings, or null")
  .min(1, "must name at least one; null lifts the restriction")
  .max(MAX_NAMES, `must name at most ${MAX_NAMES}`);
const flag = z.boolean("must be true or false").optional();

/** What may be given when a key is added, and changed later. */
const settings = {
  name: z.string("must be a string, or null").max(256, "must have at most 256 characters").nullish(),
  disabled: flag,
  sort_order: z.int("must be a whole number").min(0, "must not be negative").max(1e6).optional(),
  is_fallback: flag,
  is_required: flag,
  is_byok_only: flag,
  allowed_models: names.nullish(),
  allowed_user_ids: names.nullish(),
  allowed_api_key_hashes: names.nullish(),
  declared_zdr: z.boolean("must be true, false or null").nullish(),
};

const secret = z
  .string("must be the provider's key, as a string")
  .min(1, "must not be empty")
  .max(MAX_KEY_CHARS, `must have at most ${MAX_KEY_CHARS} characters`)
  .refine(isSendable, "must have no spaces, line breaks or letters outside ASCII, unless it is a JSON object");

/** Body of POST /byok. */
export const newTeamKeySchema = z.looseObject(
  {
    ...settings,
    provider: z.string("must be the slug of a provider"),
    key: secret,
    workspace_id: z.string("must be a string").optional(),
  },
  "must be a JSON object",
);

/** Body of PATCH /byok/:id; what is absent stays as it is. */
export const teamKeyChangeSchema = z.looseObject({ ...settings, key: secret.optional() }, "must be a JSON object");
export type TeamKeyChange = z.infer<typeof teamKeyChangeSchema>;

/** Whether a key can stand in a header; the JSON of a service account never does, it is exchanged for a token. */
function isSendable(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key) || serviceAccountOf(key) !== undefined;
}

/** The object that a key is the JSON of. */
export function serviceAccountOf(key: string): Record<string, unknown> | undefined {
  if (!key.trimStart().startsWith("{")) return undefined;
  try {
    const json: unknown = JSON.parse(key);
    return typeof json === "object" && json !== null ? Object.fromEntries(Object.entries(json)) : undefined;
  } catch {
    return undefined;
  }
}

/** A team's key as it is shown: never with the key itself. */
export function toWireTeamKey(key: TeamKey): Record<string, unknown> {
  return {
    id: key.id,
    provider: key.provider,
    label: key.label,
    name: key.name,
    disabled: key.disabled,
    sort_order: key.sortOrder,
    is_fallback: key.isFallback,
    is_required: key.isRequired,
    is_byok_only: key.isByokOnly,
    allowed_models: key.allowedModels,
    allowed_user_ids: key.allowedUserIds,
    allowed_api_key_hashes: key.allowedAccounts,
    declared_zdr: key.declaredZdr,
    created_at: new Date(key.createdAtMs).toISOString(),
    workspace_id: key.team,
  };
}

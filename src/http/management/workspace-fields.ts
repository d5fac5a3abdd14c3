import * as z from "zod";
import { numberBetween } from "../../schema/fields.ts";
import { INTERVALS, isTeamId, ROLES, TEAM_ID_RULE, type Team, teamSchema } from "../../schema/team.ts";
import { given } from "../read-fields.ts";
import { rateFields, ruleFields, rulesOf } from "./rule-fields.ts";

/** Bodies of the routes of workspaces. */

const SLUG = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
const FLAG = z.boolean("must be true or false").optional();
const MODEL = z.string("must be the id of a model").min(1, "must not be empty").max(200).nullish();
export const MAX_MEMBERS = 1000;

const text = (maximum: number) => z.string("must be a string").max(maximum, `must have at most ${maximum} characters`);

const userIdSchema = text(256).min(1, "must not be empty");

const nameSchema = text(256).min(1, "must not be empty");
const slugSchema = text(63).regex(SLUG, "must be lower-case letters and digits, with single hyphens between them");

const changeableFields = {
  ...ruleFields,
  ...rateFields,
  description: text(1000).nullish(),
  default_text_model: MODEL,
  /** The same, by another name. */
  default_model: MODEL,
  default_image_model: MODEL,
  default_provider_sort: z
    .enum(["price", "throughput", "latency", "exacto"], "must be price, throughput, latency, exacto or null")
    .nullish(),
  disabled_server_tools: z.array(z.string().max(100), "must be an array of names, or null").max(100).nullish(),
  io_logging_sampling_rate: numberBetween(0.0001, 1).optional(),
  /** Keys have no numbers here; who names some would believe that only these are logged. */
  io_logging_api_key_ids: z.array(z.never("must be empty or null: keys have hashes, not numbers")).nullish(),
  is_data_discount_logging_enabled: z.literal(false, "must be false: there is no discount for data").optional(),
  is_observability_broadcast_enabled: FLAG,
  is_observability_io_logging_enabled: FLAG,
  include_byok_in_budgets: FLAG,
};

const memberSchema = z.looseObject({
  user_id: userIdSchema,
  role: z.enum(ROLES, `must be one of ${ROLES.join(", ")}`).optional(),
});

/** Body of POST /workspaces. */
export const newWorkspaceSchema = z.looseObject(
  {
    ...changeableFields,
    id: z.string("must be a string").refine(isTeamId, `must be ${TEAM_ID_RULE}`).optional(),
    name: nameSchema,
    slug: slugSchema.optional(),
    members: z.array(memberSchema, "must be an array of members").max(MAX_MEMBERS).optional(),
  },
  "must be a JSON object",
);

/** Body of PATCH /workspaces/:id; what is absent stays as it is. */
export const workspaceChangeSchema = z.looseObject(
  { ...changeableFields, name: nameSchema.optional(), slug: slugSchema.optional() },
  "must be a JSON object",
);
type WorkspaceChange = z.infer<typeof workspaceChangeSchema>;

/** Body of the routes that add and remove members. */
export const membersSchema = z.looseObject(
  {
    user_ids: z
      .array(userIdSchema, "must be an array of user ids")
      .min(1, "must not be empty")
      .max(100, "must have at most 100 users"),
    role: z.enum(ROLES, `must be one of ${ROLES.join(", ")}`).optional(),
  },
  "must be a JSON object",
);

/** Body of PUT /workspaces/:id/budgets/:interval. */
export const budgetSchema = z.looseObject(
  {
    limit_usd: z
      .number("must be a number of US dollars")
      .min(1e-9, "must be greater than 0")
      .max(1e6, "must be at most 1000000"),
    include_byok_in_budgets: FLAG,
  },
  "must be a JSON object",
);

export const intervalSchema = z.enum(INTERVALS);

/** What a body says of what may be changed later on. */
export function workspaceChangesOf(body: WorkspaceChange): Partial<Team> {
  return {
    ...rulesOf(body),
    ...given({
      name: body.name,
      slug: body.slug,
      description: body.description,
      defaultTextModel: body.default_text_model === undefined ? body.default_model : body.default_text_model,
      defaultImageModel: body.default_image_model,
      defaultProviderSort: body.default_provider_sort,
      disabledServerTools: body.disabled_server_tools,
      loggingSamplingRate: body.io_logging_sampling_rate,
      logsContent: body.is_observability_io_logging_enabled,
      broadcasts: body.is_observability_broadcast_enabled,
      includeByokInBudgets: body.include_byok_in_budgets,
    }),
  };
}

/** A new team, as a body describes it. */
export function newTeamOf(body: z.infer<typeof newWorkspaceSchema>, createdBy: string | null): Team {
  const id = body.id ?? crypto.randomUUID();
  const createdAtMs = Date.now();
  const members = (body.members ?? []).map(({ user_id, role }) => newMember(user_id, role ?? "member"));
  const identity = { id, slug: id, name: body.name, members, createdAtMs, updatedAtMs: null, createdBy };
  return teamSchema.parse({ ...identity, ...workspaceChangesOf(body) });
}

export function newMember(userId: string, role: Team["members"][number]["role"]): Team["members"][number] {
  return { id: crypto.randomUUID(), userId, role, createdAtMs: Date.now() };
}

import { type ApiKey, apiKeySchema } from "../../schema/key.ts";
import type { ProjectCaller } from "../project-of.ts";
import type { SidePayer } from "./side-calls.ts";

/** What the installation's own secret is booked under. */
const OPERATOR = "management";

/** Who pays for what is called in a project beside chats: the key, or the management key, that asks for it. */
export function payerOf({ caller, team }: Pick<ProjectCaller, "caller" | "team">): SidePayer {
  return { key: caller.key ?? operatorKey(team.id), team };
}

/** The installation's secret has no record, and no limits. */
function operatorKey(team: string): ApiKey {
  return apiKeySchema.parse({
    ...{ hash: OPERATOR, label: OPERATOR, name: OPERATOR, kind: "management", team, disabled: false },
    ...{ limitNanoUsd: null, limitReset: null, includeByokInLimit: false },
    ...{ createdAtMs: 0, updatedAtMs: null, expiresAtMs: null, creatorUserId: null, externalUser: null },
  });
}

import { env } from "cloudflare:workers";
import type { GenerationRecord } from "../../../src/schema/generation.ts";
import { type Team, teamSchema } from "../../../src/schema/team.ts";
import { type ApiKey, createKey } from "../../../src/store/keys.ts";
import { createTeam, writeTeam } from "../../../src/store/teams.ts";
import { recordAt } from "../../ledger/records.ts";

export interface KeyOfTeam {
  token: string;
  key: ApiKey;
}

/** A team that no other test has, with an inference key, a management key of its own, and an empty ledger. */
export interface TeamOfTest {
  id: string;
  key: KeyOfTeam;
  manager: KeyOfTeam;
  /** Books records of a key of the team. */
  book(fields: Partial<GenerationRecord>[], key?: ApiKey): Promise<GenerationRecord[]>;
  /** Changes what the team is stored with. */
  change(fields: Partial<Team>): Promise<void>;
}

export function makeTeamKey(team: string, fields: Partial<ApiKey> = {}): Promise<KeyOfTeam> {
  return createKey(env.KV, {
    ...{ name: "of a test", team, kind: "api", disabled: false, limitNanoUsd: null, limitReset: null },
    ...{ includeByokInLimit: false, createdAtMs: Date.now(), updatedAtMs: null, expiresAtMs: null },
    ...{ creatorUserId: null, externalUser: null },
    ...fields,
  });
}

export async function makeTeam(): Promise<TeamOfTest> {
  const id = `t-${crypto.randomUUID()}`;
  const team = teamSchema.parse({
    id,
    slug: `slug-${id}`,
    name: "Signal box",
    createdAtMs: Date.now(),
    updatedAtMs: null,
  });
  await createTeam(env.KV, team);
  const key = await makeTeamKey(id);
  return {
    id,
    key,
    manager: await makeTeamKey(id, { kind: "management" }),
    async book(fields, { hash, account } = key.key) {
      const records = fields.map(({ createdAtMs = Date.now(), ...rest }) =>
        recordAt(createdAtMs, { team: id, keyHash: hash, account, ...rest }),
      );
      await env.LEDGER.getByName(`team:${id}`).settle(JSON.stringify(records));
      return records;
    },
    change: async (changed) => void (await writeTeam(env.KV, { ...team, ...changed })),
  };
}

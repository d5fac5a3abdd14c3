import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { logContent } from "../../../src/ledger/contents.ts";
import { errorOf, MANAGEMENT_KEY, send } from "../client.ts";
import { makeTeam, makeTeamKey } from "./books.ts";

const SAID = {
  input: { messages: [{ role: "user", content: "Who is there?" }] },
  output: { completion: "At your service.", reasoning: "Hm" },
  error: null,
};

async function makeLogged(logsContent: boolean) {
  const team = await makeTeam();
  await team.change({ logsContent });
  const [record, silent] = await team.book([{}, { createdAtMs: Date.now() - 3_600_000 }]);
  if (!record || !silent) throw new Error("not booked");
  const works: Promise<unknown>[] = [];
  const { id, keyHash, createdAtMs } = record;
  logContent(env.LEDGER, { ...SAID, id, keyHash, createdAtMs, team: team.id }, (work) => works.push(work));
  await Promise.all(works);
  return { team, path: `/api/v1/generation/content?id=${id}`, silent: `/api/v1/generation/content?id=${silent.id}` };
}

describe("what was said in a generation", () => {
  it("is told to its key and to whoever manages it, where it is logged", async () => {
    const { team, path } = await makeLogged(true);
    for (const key of [team.key.token, team.manager.token, MANAGEMENT_KEY]) {
      const response = await send(path, { key });
      expect([response.status, await response.json()]).toEqual([200, { data: SAID }]);
    }
  });

  it("is told to no other key, of whichever team: 404", async () => {
    const { team, path } = await makeLogged(true);
    const [colleague, stranger] = [await makeTeamKey(team.id), await makeTeam()];
    for (const key of [colleague.token, stranger.key.token, stranger.manager.token])
      await errorOf(send(path, { key }), 404);
    for (const key of [undefined, "sk-pm-v1-wrong"]) await errorOf(send(path, { key }), 401);
  });

  it("is told to nobody while the workspace does not log: 403", async () => {
    const { team, path } = await makeLogged(false);
    for (const key of [team.key.token, team.manager.token, MANAGEMENT_KEY]) {
      const error = await errorOf(send(path, { key }), 403);
      expect(error).toMatchObject({ metadata: { error_type: "permission_denied" } });
    }
  });

  it("is not there when it was not kept: 404", async () => {
    const { team, silent } = await makeLogged(true);
    expect(await errorOf(send(silent, { key: team.key.token }), 404)).toMatchObject({
      message: expect.stringMatching(/not kept/),
    });
  });
});

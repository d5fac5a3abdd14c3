import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type AuditAction, type AuditLog, chainHash } from "../../src/ledger/audit.ts";
import type { Intent, Result } from "../../src/schema/audit.ts";
import { fresh } from "./records.ts";

/** A log that nobody else has. */
const openLog = () => env.AUDIT.getByName(fresh("audit"));
type Log = ReturnType<typeof openLog>;

const intentOf = (id: string, fields: Partial<Intent> = {}): Intent => ({
  ...{ kind: "intent", id, atMs: 1_000, team: null, actor: { kind: "bootstrap" }, method: "POST", route: "/keys" },
  ...{ target: "/keys", fields: { name: "ü 🚂" }, ip: null, userAgent: null, requestId: null },
  ...fields,
});
const resultOf = (id: string, fields: Partial<Result> = {}): Result => ({
  ...{ kind: "result", id, atMs: 2_000, team: null, status: 201, object: "made" },
  ...fields,
});
const append = (log: Log, entry: Intent | Result) => log.append(JSON.stringify(entry));
const list = async (log: Log, query: object = {}): Promise<AuditAction[]> =>
  JSON.parse(await log.list({ limit: 100, ...query }));

/** A log with so many whole actions. */
async function filledLog(actions: number): Promise<Log> {
  const log = openLog();
  for (let n = 1; n <= actions; n++) {
    await append(log, intentOf(`a${n}`));
    await append(log, resultOf(`a${n}`));
  }
  return log;
}

/** Changes the storage behind the log's back. */
const tamper = (log: Log, ...statements: string[]) =>
  runInDurableObject(log, (_: AuditLog, state) => {
    for (const statement of statements) state.storage.sql.exec(statement);
  });

describe("the audit log", () => {
  it("holds when it is empty, and when it is not", async () => {
    expect(await openLog().verify()).toEqual({ ok: true, entries: 0, head: { seq: 0, hash: "0".repeat(64) } });
    const log = await filledLog(3);
    expect(await log.verify()).toMatchObject({ ok: true, entries: 6, head: { seq: 6 } });
  });

  it("chains each entry to the one before it, in the order of arrival", async () => {
    const log = openLog();
    let previous = "0".repeat(64);
    for (const [index, id] of ["a", "b", "c"].entries()) {
      const entry = intentOf(id);
      previous = await chainHash(previous, JSON.stringify(entry));
      expect(await append(log, entry)).toEqual({ seq: index + 1, hash: previous });
    }
  });

  it("keeps its order and its chain with many writers at once", async () => {
    const log = openLog();
    const links = await Promise.all(Array.from({ length: 60 }, (_, n) => append(log, intentOf(`a${n}`))));
    expect(links.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(links.map((_, index) => index + 1));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 60 });
    expect(new Set((await list(log)).map(({ intent }) => intent.id)).size).toBe(60);
  });

  it("keeps its chain when others write while a hash is made", async () => {
    const log = openLog();
    const entries = Array.from({ length: 20 }, (_, n) => JSON.stringify(intentOf(`a${n % 15}`)));
    const links = await runInDurableObject(log, (audit: AuditLog) =>
      Promise.all(entries.map((one) => audit.append(one))),
    );
    expect(links.slice(0, 5)).toEqual(links.slice(15));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 15 });
  });

  it("takes an entry that comes twice once, also at the same time", async () => {
    const log = openLog();
    const links = await Promise.all([1, 2, 3].map(() => append(log, intentOf("a"))));
    expect(new Set(links.map(({ seq }) => seq))).toEqual(new Set([1]));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 1 });
  });

  it("is the same after its object was evicted", async () => {
    const log = await filledLog(2);
    const { head } = await log.verify();
    await evictDurableObject(log);
    expect(await log.verify()).toEqual({ ok: true, entries: 4, head });
  });

  it("refuses what is no entry", async () => {
    const log = openLog();
    // Asked inside the object: a refusal that crosses its border counts as an error of the test run.
    const outcome = await runInDurableObject(log, (audit: AuditLog) =>
      audit.append("{}").then(
        () => "taken",
        () => "refused",
      ),
    );
    expect(outcome).toBe("refused");
    expect(await log.verify()).toMatchObject({ ok: true, entries: 0 });
  });

  it("is read in batches without a gap", async () => {
    const log = openLog();
    await append(log, intentOf("first"));
    await tamper(log, "update head set seq = seq");
    for (let n = 0; n < 5; n++)
      await Promise.all(Array.from({ length: 110 }, (_, i) => append(log, intentOf(`${n} ${i}`))));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 551 });
    await tamper(log, "update entry set hash = 'x' where seq = 501");
    expect(await log.verify()).toMatchObject({ ok: false, firstBad: 501 });
  });
});

describe("tampering is found:", () => {
  it.each<[name: string, statements: string[], firstBad: number]>([
    ["a changed text", ["update entry set record = replace(record, 'bootstrap', 'Bootstrap') where seq = 3"], 3],
    ["the first one's", ["update entry set record = replace(record, '/keys', '/kEys') where seq = 1"], 1],
    ["the last one's", ["update entry set record = replace(record, '201', '200') where seq = 6"], 6],
    ["a changed hash", [`update entry set hash = '${"0".repeat(64)}' where seq = 2`], 2],
    ["another time to be looked up by", ["update entry set at_ms = 5 where seq = 4"], 4],
    ["another team", ["update entry set team = 'x' where seq = 1"], 1],
    ["another action", ["update entry set action_id = 'x' where seq = 5"], 5],
    ["another kind", ["update entry set kind = 'x' where seq = 5"], 5],
    ["an entry that was taken out", ["delete from entry where seq = 3"], 3],
    ["the first entry", ["delete from entry where seq = 1"], 1],
    ["the last entry", ["delete from entry where seq = 6"], 6],
    ["all entries", ["delete from entry"], 1],
    [
      "entries that changed places",
      [
        "update entry set seq = 99 where seq = 3",
        "update entry set seq = 3 where seq = 5",
        "update entry set seq = 5 where seq = 99",
      ],
      3,
    ],
    [
      "an entry that was put in",
      ["insert into entry select 7, 'new', kind, team, at_ms, record, hash from entry where seq = 6"],
      7,
    ],
    ["a shorter head", ["update head set seq = 4, hash = (select hash from entry where seq = 4)"], 5],
    ["a head with another hash", ["update head set hash = 'x'"], 7],
    ["a head that is gone", ["delete from head"], 1],
  ])("%s", async (_, statements, firstBad) => {
    const log = await filledLog(3);
    expect((await log.verify()).ok).toBe(true);
    await tamper(log, ...statements);
    expect(await log.verify()).toMatchObject({ ok: false, firstBad });
  });

  it("a chain that was written anew as a whole, by a head that was noted", async () => {
    const log = await filledLog(3);
    const { head } = await log.verify();
    expect(await log.verify(head)).toMatchObject({ ok: true });
    await append(log, intentOf("later"));
    expect(await log.verify(head)).toMatchObject({ ok: true });
    await tamper(log, "delete from entry", "delete from head");
    for (let n = 1; n <= 3; n++) {
      await append(log, intentOf(`a${n}`, { method: "DELETE" }));
      await append(log, resultOf(`a${n}`));
    }
    expect(await log.verify()).toMatchObject({ ok: true });
    expect(await log.verify(head)).toMatchObject({ ok: false, firstBad: 6 });
  });

  it("a chain that was cut back to an earlier state, by a head that was noted", async () => {
    const log = await filledLog(3);
    const { head } = await log.verify();
    await tamper(
      log,
      "delete from entry where seq > 4",
      "update head set seq = 4, hash = (select hash from entry where seq = 4)",
    );
    expect(await log.verify()).toMatchObject({ ok: true });
    expect(await log.verify(head)).toMatchObject({ ok: false });
  });
});

describe("the list", () => {
  it("puts an action's two entries together, the newest action first", async () => {
    const log = openLog();
    await append(log, intentOf("a"));
    await append(log, intentOf("b"));
    await append(log, resultOf("a"));
    const actions = await list(log);
    expect(actions).toEqual([
      { seq: 2, intent: intentOf("b"), result: null },
      { seq: 1, intent: intentOf("a"), result: resultOf("a") },
    ]);
  });

  it.each<[name: string, query: object, ids: string[]]>([
    ["of a time", { fromMs: 20, toMs: 31 }, ["c", "b"]],
    ["from a time on", { fromMs: 30 }, ["d", "c"]],
    ["before a time", { toMs: 20 }, ["a"]],
    ["before an entry", { before: 3 }, ["b", "a"]],
    ["a page", { limit: 2 }, ["d", "c"]],
    ["of a team, by its keys or what came of it", { team: "mine" }, ["d", "b"]],
    ["of a team without any", { team: "nobody" }, []],
  ])("gives actions %s", async (_, query, ids) => {
    const log = openLog();
    await append(log, intentOf("a", { atMs: 10, team: "other" }));
    await append(log, intentOf("b", { atMs: 20, team: "mine" }));
    await append(log, intentOf("c", { atMs: 30 }));
    await append(log, intentOf("d", { atMs: 40 }));
    await append(log, resultOf("d", { team: "mine" }));
    expect((await list(log, query)).map(({ intent }) => intent.id)).toEqual(ids);
  });
});

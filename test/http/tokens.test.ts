import { beforeAll, describe, expect, it } from "vitest";
import { chat, HELLO, makeKey, manage, send } from "./client.ts";

/** Whose tokens act where: two projects with a user in both, one in each, and one in none. */
const member = (user_id: string, role?: string) => ({ user_id, ...(role && { role }) });
const PROJECTS = {
  "tokens-one": [member("both"), member("first", "guest")],
  "tokens-two": [member("both", "admin")],
};

const made: Record<string, string> = {};

beforeAll(async () => {
  for (const [id, members] of Object.entries(PROJECTS))
    await manage("/api/v1/projects", { json: { id, name: id, members } });
  const keys = {
    api: { project_id: "tokens-one" },
    bound: { kind: "pat", user_id: "both", project_id: "tokens-one" },
    global: { kind: "pat", user_id: "both" },
    only: { kind: "pat", user_id: "first" },
    nobody: { kind: "pat", user_id: "nobody" },
    nowhere: { kind: "pat", user_id: "nobody", project_id: "tokens-one" },
    service: { kind: "service" },
  };
  for (const [name, fields] of Object.entries(keys)) made[name] = (await makeKey({ name, ...fields })).key;
});

const project = (id: string) => ({ "x-project-id": id });
const user = (id: string) => ({ "x-user-id": id });

/** What became of a request: its status, and the project and user on its generation. */
async function ask(name: string, headers: Record<string, string>) {
  const response = await chat(made[name], { dialect: undefined }, { headers });
  if (response.status !== 200) return { status: response.status };
  const id = response.headers.get("x-generation-id") ?? "";
  const record = await manage(`/api/v1/generation?id=${id}`);
  const { data } = await record.json<{ data: { project_id: string; user_id: string | null } }>();
  return { status: 200, project_id: data.project_id, user_id: data.user_id };
}

const acts = (project_id: string, user_id: string | null) => ({ status: 200, project_id, user_id });
const refused = (status: number) => ({ status });

describe("a token", () => {
  it.each<[name: string, headers: Record<string, string>, expected: object]>([
    ["api", {}, acts("tokens-one", null)],
    ["api", project("tokens-one"), acts("tokens-one", null)],
    ["api", project("tokens-two"), refused(403)],
    ["api", project("nowhere"), refused(403)],
    ["api", user("somebody"), acts("tokens-one", "somebody")],
    ["bound", {}, acts("tokens-one", "both")],
    ["bound", { ...project("tokens-one"), ...user("both") }, acts("tokens-one", "both")],
    ["bound", project("tokens-two"), refused(403)],
    ["bound", user("first"), refused(403)],
    ["nowhere", {}, refused(403)],
    ["global", project("tokens-one"), acts("tokens-one", "both")],
    ["global", project("tokens-two"), acts("tokens-two", "both")],
    ["global", { ...project("tokens-two"), ...user("both") }, acts("tokens-two", "both")],
    ["global", { ...project("tokens-two"), ...user("first") }, refused(403)],
    // A member of two projects, and not of the default one.
    ["global", {}, refused(403)],
    ["global", project("default"), refused(403)],
    ["global", project("nowhere"), refused(403)],
    ["global", project("selftest"), refused(403)],
    ["only", {}, acts("tokens-one", "first")],
    ["only", project("tokens-two"), refused(403)],
    ["nobody", {}, refused(403)],
    ["service", {}, refused(401)],
    ["service", user("both"), refused(401)],
    ["service", project("tokens-one"), refused(401)],
    ["service", { ...project("nowhere"), ...user("both") }, refused(401)],
    ["service", { ...project("selftest"), ...user("both") }, refused(401)],
    ["service", { ...project("tokens-one"), ...user("both") }, acts("tokens-one", "both")],
    ["service", { ...project("tokens-two"), ...user("both") }, acts("tokens-two", "both")],
    ["service", { ...project("tokens-two"), ...user("first") }, refused(403)],
  ])("%s with %j acts where it may", async (name, headers, expected) => {
    expect(await ask(name, headers)).toEqual(expected);
  });

  it("acts in the default project for one of its members who is in several", async () => {
    const members = [member("everywhere")];
    for (const id of ["tokens-three", "tokens-four"]) await manage("/api/v1/projects", { json: { id, members } });
    await manage("/api/v1/projects/default", { method: "PATCH", json: { members } });
    made.everywhere = (await makeKey({ kind: "pat", user_id: "everywhere" })).key;
    expect(await ask("everywhere", {})).toEqual(acts("default", "everywhere"));
    await manage("/api/v1/projects/default", { method: "PATCH", json: { members: [] } });
    expect(await ask("everywhere", {})).toEqual(refused(403));
  });

  it.each(["api", "bound", "only"])("%s may be sent in three ways", async (name) => {
    const token = made[name] ?? "";
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { "x-api-key": token },
    ];
    for (const headers of ways)
      expect((await send("/api/v1/key", { headers })).status, JSON.stringify(headers)).toBe(200);
  });

  it("in Authorization goes before one in x-api-key", async () => {
    const headers = { authorization: "sk-pm-v1-unknown", "x-api-key": made.api ?? "" };
    expect((await send("/api/v1/key", { headers })).status).toBe(401);
  });

  it("that is deleted or has expired is refused like an unknown one", async () => {
    const { key, data } = await makeKey({ kind: "pat", user_id: "both", project_id: "tokens-one" });
    expect((await chat(key)).status).toBe(200);
    await manage(`/api/v1/keys/${data.hash}`, { method: "DELETE" });
    expect((await chat(key)).status).toBe(401);
    expect((await chat("pm_pat_0000")).status).toBe(401);
  });

  it("of a member that is no longer one is refused", async () => {
    const json = { id: "tokens-leaving", members: [member("leaving")] };
    await manage("/api/v1/projects", { json });
    const { key } = await makeKey({ kind: "pat", user_id: "leaving" });
    expect((await chat(key)).status).toBe(200);
    await manage("/api/v1/projects/tokens-leaving", { method: "PATCH", json: { members: [] } });
    expect((await chat(key)).status).toBe(403);
  });
});

describe("a new token", () => {
  it("is made with its fields, and shows them", async () => {
    const fields = { user_id: "both", project_id: "tokens-one", dialect: "bud", checks: { input: { pii: "block" } } };
    const pat = await makeKey({ kind: "pat", ...fields });
    expect(pat.key).toMatch(/^pm_pat_[0-9a-f]{64}$/);
    expect(pat.data).toMatchObject({ kind: "pat", is_management_key: false, ...fields, workspace_id: "tokens-one" });
    const global = await makeKey({ kind: "pat", user_id: "both", project_id: null });
    expect(global.data).toMatchObject({ kind: "pat", project_id: null, workspace_id: null });
    const services = [await makeKey({ kind: "service" }), await makeKey({ kind: "service", limit: 3 })];
    for (const { key, data } of services) {
      expect(key).toMatch(/^pm_svc_[0-9a-f]{64}$/);
      expect(data).toMatchObject({ kind: "service", user_id: null, project_id: null });
    }
    expect((await makeKey()).data).toMatchObject({ kind: "api", project_id: "default", workspace_id: "default" });
  });

  it.each<[json: object, field: string]>([
    [{ kind: "pat" }, "user_id"],
    [{ kind: "pat", user_id: "" }, "user_id"],
    [{ kind: "pat", user_id: 7 }, "user_id"],
    [{ kind: "pat", user_id: "u", project_id: "nowhere" }, "project_id"],
    [{ kind: "pat", user_id: "u", is_management_key: true }, "is_management_key"],
    [{ kind: "service", project_id: "default" }, "project_id"],
    [{ kind: "service", workspace_id: "default" }, "workspace_id"],
    [{ kind: "service", user_id: "u" }, "user_id"],
    [{ user_id: "u" }, "user_id"],
    [{ kind: "management", user_id: "u" }, "user_id"],
    [{ kind: "robot" }, "kind"],
    [{ dialect: "klingon" }, "dialect"],
    [{ checks: { input: { pii: "perhaps" } } }, "checks.input.pii"],
    [{ checks: { output: { toxicity: 1 } } }, "checks.output.toxicity"],
    [{ checks: "all" }, "checks"],
  ])("is not made of %j", async (json, field) => {
    const response = await manage("/api/v1/keys", { json: { name: "x", ...json } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { metadata: { field } } });
  });

  it("changes its dialect, checks and models later", async () => {
    const { data } = await makeKey({ kind: "pat", user_id: "both" });
    const json = { dialect: "openrouter", checks: { output: { factuality: true } }, allowed_models: ["demo/*"] };
    const changed = await manage(`/api/v1/keys/${data.hash}`, { method: "PATCH", json });
    expect(await changed.json()).toMatchObject({ data: json });
  });

  it.each([{ kind: "service" }, { user_id: "other" }, { project_id: "tokens-two" }, { workspace_id: "default" }])(
    "stays what it is: %j",
    async (json) => {
      const { data } = await makeKey({ kind: "pat", user_id: "both" });
      const path = `/api/v1/keys/${data.hash}`;
      const [field] = Object.keys(json);
      const refused = await manage(path, { method: "PATCH", json });
      expect(await refused.json()).toMatchObject({ error: { code: 400, metadata: { field } } });
      const { kind, user_id, project_id, workspace_id } = data;
      const same = { kind, user_id, project_id, workspace_id, name: "the same" };
      expect((await manage(path, { method: "PATCH", json: same })).status).toBe(200);
    },
  );

  it("for all projects is not made by a project's own management key", async () => {
    const { key } = await makeKey({ kind: "management", workspace_id: "tokens-one" });
    const make = (fields: object) => send("/api/v1/keys", { key, json: { name: "x", ...fields } });
    expect((await make({ kind: "service" })).status).toBe(403);
    const pat = await (await make({ kind: "pat", user_id: "both" })).json();
    expect(pat).toMatchObject({ data: { project_id: "tokens-one" } });
  });
});

describe("an answer that is kept for a token", () => {
  it("is given in its own project only", async () => {
    const { key } = await makeKey({ kind: "pat", user_id: "both" });
    const statusIn = async (id: string) => {
      const headers = { ...project(id), "x-openrouter-cache": "true" };
      return (await chat(key, {}, { headers })).headers.get("x-openrouter-cache-status");
    };
    expect([await statusIn("tokens-one"), await statusIn("tokens-two"), await statusIn("tokens-one")]).toEqual([
      ...["MISS", "MISS", "HIT"],
    ]);
  });
});

describe("what a token has spent", () => {
  const spends = { model: "demo/echo", messages: HELLO };
  const at = (id: string) => ({ headers: { ...project(id) } });
  const usage = async (key: string, id: string) => {
    const { data } = await (await send("/api/v1/key", { key, ...at(id) })).json<{ data: { usage: number } }>();
    return data.usage;
  };

  it("is counted in all projects together, and in each one's books", async () => {
    const { key } = await makeKey({ kind: "pat", user_id: "both" });
    const [first, second] = [await chat(key, {}, at("tokens-one")), await chat(key, {}, at("tokens-two"))];
    const costs = [];
    for (const response of [first, second]) costs.push((await response.json<{ usage: { cost: number } }>()).usage.cost);
    expect(costs[0]).toBeGreaterThan(0);
    expect(await usage(key, "tokens-two")).toBeCloseTo((costs[0] ?? 0) + (costs[1] ?? 0), 12);
    const id = first.headers.get("x-generation-id");
    expect((await send(`/api/v1/generation?id=${id}`, { key, ...at("tokens-one") })).status).toBe(200);
    const report = await manage("/api/v1/credits?workspace_id=tokens-two");
    const { data } = await report.json<{ data: { total_usage: number } }>();
    expect(data.total_usage).toBeGreaterThan(0);
  });

  it("never exceeds its limit, whatever project it acts in", async () => {
    const one = await (await chat((await makeKey()).key)).json<{ usage: { cost: number } }>();
    const limit = one.usage.cost * 30;
    const { key, data } = await makeKey({ kind: "pat", user_id: "both", limit });
    const ids = ["tokens-one", "tokens-two"];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => chat(key, { ...spends, max_tokens: 8 }, at(ids[index % 2] ?? ""))),
    );
    const statuses = answers.map(({ status }) => status);
    for (const answer of answers) await answer.body?.cancel();
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
    const { data: now } = await (await manage(`/api/v1/keys/${data.hash}`)).json<{ data: Record<string, number> }>();
    expect(now.usage).toBeGreaterThan(limit / 3);
    expect(now.usage).toBeLessThanOrEqual(limit * (1 + 1e-9));
    expect(now.limit_remaining).toBeCloseTo(limit - (now.usage ?? 0), 12);
  });

  it("has its own rates, too, and the project's above them", async () => {
    const { key } = await makeKey({ kind: "pat", user_id: "both", rpm: 1 });
    const statuses = [];
    for (const id of ["tokens-one", "tokens-two"]) statuses.push((await chat(key, {}, at(id))).status);
    // The minute may end between them.
    expect([200, 429]).toContain(statuses.pop());
    const json = { id: "tokens-tight", name: "Tight", members: [member("tight")], max_parallel: 1, rpm: 1 };
    await manage("/api/v1/workspaces", { json });
    const tight = await makeKey({ kind: "pat", user_id: "tight", limit: 1 });
    const both = await Promise.all([chat(tight.key), chat(tight.key)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";

const PATH = "/api/v1/projects";
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const dataOf = async (response: Response | Promise<Response>): Promise<any> =>
  JSON.parse(await (await response).text()).data;
const make = (json: object) => manage(PATH, { json });
const change = (id: string, json: object) => manage(`${PATH}/${id}`, { method: "PATCH", json });

describe("a project", () => {
  it("is made with what it is given, and shown", async () => {
    const fields = {
      id: "p1",
      name: "One",
      members: [{ user_id: "u1", role: "admin" }],
      default_model: "demo/echo",
      checks: { input: { block_prompt_injection: true } },
    };
    const response = await make(fields);
    expect(response.status).toBe(201);
    const data = await dataOf(response);
    expect(data).toEqual({ ...fields, created_at: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(await dataOf(manage(`${PATH}/p1`))).toEqual(data);
    const all = await dataOf(manage(PATH));
    expect(all).toContainEqual(data);
    expect(all[0].id).toBe("default");
    expect(await dataOf(manage("/api/v1/workspaces/p1"))).toMatchObject({ id: "p1", name: "One" });
    expect(await errorOf(make(fields), 409)).toMatchObject({ metadata: { error_type: "conflict" } });
  });

  it("needs nothing but itself", async () => {
    const data = await dataOf(make({}));
    expect(data).toMatchObject({ id: expect.any(String), members: [], default_model: null, checks: null });
    expect(await dataOf(make({ id: "p0", default_model: null, checks: null, members: null }))).toMatchObject({
      id: "p0",
      name: "p0",
    });
  });

  it.each<[json: object, field: string]>([
    [{ id: "Upper" }, "id"],
    [{ id: "-x" }, "id"],
    [{ id: "x".repeat(64) }, "id"],
    [{ name: "" }, "name"],
    [{ members: [{ role: "admin" }] }, "members.0.user_id"],
    [{ members: [{ user_id: "u", role: "king" }] }, "members.0.role"],
    [{ members: [{ user_id: "u" }, { user_id: "u", role: "guest" }] }, "members.1.user_id"],
    [{ default_model: 7 }, "default_model"],
    [{ checks: { output: { toxicity: "high" } } }, "checks.output.toxicity"],
  ])("is not made of %j", async (json, field) => {
    expect(await errorOf(make(json), 400)).toMatchObject({ metadata: { field } });
  });

  it("is changed field by field, its members all at once", async () => {
    await make({ id: "p2", name: "Two", members: [{ user_id: "u1" }, { user_id: "u2", role: "guest" }] });
    expect(await dataOf(change("p2", { name: "New" }))).toMatchObject({ name: "New", members: [{}, {}] });
    const members = [
      { user_id: "u2", role: "admin" },
      { user_id: "u3", role: "member" },
    ];
    expect(await dataOf(change("p2", { members }))).toMatchObject({ name: "New", members });
    const rest = { default_model: "demo/story", checks: { output: { toxicity: true } } };
    expect(await dataOf(change("p2", rest))).toMatchObject({ ...rest, members });
    expect(await dataOf(change("p2", { default_model: null, checks: null, members: [] }))).toMatchObject({
      default_model: null,
      checks: null,
      members: [],
    });
    await errorOf(change("p2", { members: [{ user_id: "u", role: "king" }] }), 400);
    await errorOf(change("nowhere", { name: "x" }), 404);
  });

  it("is deleted, and its keys are refused; the default one stays", async () => {
    await make({ id: "p3", members: [{ user_id: "u1" }] });
    const keys = [await makeKey({ project_id: "p3" }), await makeKey({ kind: "pat", user_id: "u1", project_id: "p3" })];
    const global = await makeKey({ kind: "pat", user_id: "u1" });
    const at = { headers: { "x-project-id": "p3" } };
    for (const { key } of [...keys, global]) expect((await chat(key, {}, at)).status).toBe(200);
    expect(await (await manage(`${PATH}/p3`, { method: "DELETE" })).json()).toEqual({ deleted: true });
    const words = ["workspace or project", "project"];
    for (const [index, { key }] of keys.entries()) {
      const refused = await chat(key);
      expect(refused.status).toBe(401);
      expect(await refused.text()).toContain(`The ${words[index]} of this key was deleted`);
    }
    expect((await chat(global.key, {}, at)).status).toBe(403);
    await errorOf(manage(`${PATH}/p3`), 404);
    await errorOf(manage(`${PATH}/p3`, { method: "DELETE" }), 404);
    await errorOf(manage(`${PATH}/default`, { method: "DELETE" }), 403);
    expect(await dataOf(manage(`${PATH}/default`))).toMatchObject({ id: "default" });
  });

  it("takes its tables with it", async () => {
    await make({ id: "p6" });
    const at = { headers: { "x-project-id": "p6" } };
    for (const id of ["one", "two"]) expect((await manage("/api/v1/tables", { json: { id }, ...at })).status).toBe(201);
    const { listTables, readTable } = await import("../../../src/retrieval/tables.ts");
    const place = { namespace: env.TABLES, kv: env.KV, projectId: "p6" };
    expect((await listTables(place)).map(({ id }) => id)).toEqual(["one", "two"]);
    await manage(`${PATH}/p6`, { method: "DELETE" });
    for (const id of ["one", "two"]) await expect(readTable(place, id)).rejects.toThrow("There is no knowledge table");
    expect(await env.KV.list({ prefix: "table:p6:" })).toMatchObject({ keys: [] });
  });

  it("is managed by its own management key, which makes and deletes none", async () => {
    await make({ id: "p4" });
    const { key } = await makeKey({ kind: "management", workspace_id: "p4" });
    const as = (path: string, call: object = {}) => send(PATH + path, { key, ...call });
    expect((await dataOf(as(""))).map(({ id }: { id: string }) => id)).toEqual(["p4"]);
    expect(await dataOf(as("/p4", { method: "PATCH", json: { name: "Mine" } }))).toMatchObject({ name: "Mine" });
    await errorOf(as("", { json: { id: "p5" } }), 403);
    await errorOf(as("/p4", { method: "DELETE" }), 403);
    await errorOf(as("/default"), 404);
  });
});

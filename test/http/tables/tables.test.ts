import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fresh } from "../../ledger/records.ts";
import { errorOf, makeKey, manage, send } from "../client.ts";

const idOf = () =>
  fresh("p")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-");

/** A project with a key and two tables. */
async function projectWithTables() {
  const id = idOf();
  expect((await manage("/api/v1/projects", { json: { id, name: "One" } })).status).toBe(201);
  const { key } = await makeKey({ workspace_id: id });
  for (const table of ["one", "two"]) {
    const json = { id: table, embedding_model: null };
    expect((await send("/api/v1/tables", { key, json })).status).toBe(201);
    const rows = { rows: [{ text: `The row of table ${table}` }] };
    expect((await send(`/v1/tables/${table}/rows`, { key, json: rows })).status).toBe(201);
  }
  return { id, key };
}

const stored = (project: string, table: string) => env.TABLES.getByName(`table:${project}:${table}`).describe();

describe("the tables of a project", () => {
  it.each(["projects", "workspaces"])("go with it when it is deleted under /%s", async (route) => {
    const [gone, kept] = [await projectWithTables(), await projectWithTables()];
    expect(await stored(gone.id, "one")).toMatchObject({ chunks: 1 });
    expect((await manage(`/api/v1/${route}/${gone.id}`, { method: "DELETE" })).status).toBe(200);
    expect(await stored(gone.id, "one")).toBeNull();
    expect(await stored(gone.id, "two")).toBeNull();
    expect((await env.KV.list({ prefix: `table:${gone.id}:` })).keys).toEqual([]);
    expect(await stored(kept.id, "one")).toMatchObject({ chunks: 1 });
    expect((await env.KV.list({ prefix: `table:${kept.id}:` })).keys).toHaveLength(2);
  });

  it("have ids of their own", async () => {
    const [one, two] = [await projectWithTables(), await projectWithTables()];
    await send("/api/v1/tables/one", { key: one.key, method: "DELETE" });
    await errorOf(send("/api/v1/tables/one", { key: one.key }), 404);
    expect((await send("/api/v1/tables/one", { key: two.key })).status).toBe(200);
  });

  it("are at most a hundred", async () => {
    const { id, key } = await projectWithTables();
    for (let number = 2; number < 100; number++) await env.KV.put(`table:${id}:t${number}`, "");
    const error = await errorOf(send("/api/v1/tables", { key, json: { id: "more" } }), 400);
    expect(error.message).toBe("id: a project has at most 100 tables");
    await errorOf(send("/api/v1/tables", { key, json: { id: "one" } }), 409);
  });

  it("are changed by management keys on record, without the texts", async () => {
    const { id, key } = await projectWithTables();
    const headers = { "x-project-id": id };
    const json = { file_name: "a.txt", text: "between us" };
    expect((await manage("/api/v1/tables/one/documents", { json, headers })).status).toBe(201);
    expect((await send("/api/v1/tables/one/documents", { key, json })).status).toBe(201);
    expect((await manage("/api/v1/tables/one/search", { json: { query: "us" }, headers })).status).toBe(200);
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
    const { data } = await (await manage("/api/v1/audit?limit=5")).json<any>();
    const actions = data.filter((action: { workspace_id: string }) => action.workspace_id === id);
    expect(actions).toMatchObject([
      { route: "/tables/:id/documents", status: 201, fields: { file_name: "a.txt", text: "(10 characters)" } },
      { route: "/keys" },
      { route: "/projects" },
    ]);
  });

  it.each(["x".repeat(3000), "a%2Fb", "one%00", "%20", "one:"])(
    "are not there under impossible ids: %.10s",
    async (id) => {
      const { key } = await projectWithTables();
      await errorOf(send(`/api/v1/tables/${id}`, { key }), 404);
      await errorOf(send(`/api/v1/tables/${id}/search`, { key, json: { query: "x" } }), 404);
    },
  );

  it("are nobody's without a key, and not of a project that is not there", async () => {
    await errorOf(send("/api/v1/tables"), 401);
    await errorOf(manage("/api/v1/tables", { headers: { "x-project-id": "no-such-project" } }), 404);
    const { id } = await projectWithTables();
    const other = await makeKey();
    const named = { key: other.key, headers: { "x-project-id": id } };
    await errorOf(send("/api/v1/tables", named), 403);
  });
});

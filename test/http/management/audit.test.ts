import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/http/app.ts";
import { describeFields } from "../../../src/schema/audit.ts";
import { errorOf, MANAGEMENT_KEY, makeKey, manage, requestTo, send } from "../client.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
type Action = any;

/** What the log has gained meanwhile, oldest first. */
async function recorded(work: () => Promise<unknown>, query = ""): Promise<Action[]> {
  const before = (await audit("?limit=1")).data[0]?.seq ?? 0;
  await work();
  const { data } = await audit(query);
  return data.filter(({ seq }: Action) => seq > before).reverse();
}

async function audit(query = "", call: object = {}): Promise<{ data: Action[]; next_cursor: string | null }> {
  const response = await manage(`/api/v1/audit${query}`, call);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

/** What takes long, and changes nothing that is kept. */
const NO_CHANGES = ["/selftest"];
/** What needs no body, so that none can be wrong. */
const BODILESS = ["/byok/reseal"];
/** What anybody with an inference key may post. */
const OPEN = [
  ...["/chat/completions", "/route", "/embeddings", "/rerank", "/toxicity", "/factuality"],
  ...["/PII", "/pii", "/injection", "/tokenize", "/detokenize"],
  ...["/tables/:id/search", "/gen_tables/knowledge/hybrid_search"],
];

describe("every route of management that changes something", () => {
  const routes = createApp().routes.filter(({ path, method }) => path.startsWith("/api/v1/") && method !== "ALL");
  const changing = [...new Set(routes.map(({ path, method }) => `${method} ${path.slice("/api/v1".length)}`))]
    .filter((route) => !route.startsWith("GET "))
    .filter((route) => ![...OPEN, ...NO_CHANGES].includes(route.split(" ")[1] ?? ""));

  it("is known to this test", () => {
    expect(changing.length).toBeGreaterThan(10);
  });

  it.each(changing)("is on record: %s", async (route) => {
    const [method = "", path = ""] = route.split(" ");
    const target = path.replaceAll(/:\w+/g, "no-such-thing");
    const actions = await recorded(() => manage(`/api/v1${target}`, { method, body: "{" }));
    expect(actions).toEqual([
      expect.objectContaining({
        method,
        route: path,
        target,
        actor: { kind: "bootstrap" },
        status: expect.any(Number),
      }),
    ]);
    if (!BODILESS.includes(target)) expect(actions[0].status).toBeGreaterThanOrEqual(400);
  });
});

describe("an action", () => {
  it("is on record with who, what, when and from where", async () => {
    const json = { name: "The signal box", limit: 2.5 };
    const headers = { "cf-connecting-ip": "192.0.2.7", "user-agent": "lever/1", "cf-ray": "ray-1" };
    let made: Action;
    const from = Date.now();
    const [action, ...others] = await recorded(async () => {
      made = await (await manage("/api/v1/keys?x=1", { json, headers })).json();
    });
    expect(others).toEqual([]);
    expect(action).toMatchObject({
      ...{ method: "POST", route: "/keys", target: "/keys?x=1", fields: json, actor: { kind: "bootstrap" } },
      ...{ status: 201, object: made.data.hash, workspace_id: "default" },
      ...{ ip: "192.0.2.7", user_agent: "lever/1", request_id: "ray-1" },
    });
    expect(Date.parse(action.at)).toBeGreaterThanOrEqual(from);
    expect(Date.parse(action.at)).toBeLessThanOrEqual(Date.now());
  });

  it("is on record once, under either mount", async () => {
    const { data } = await makeKey();
    const actions = await recorded(() =>
      manage(`/v1/keys/${data.hash}`, { method: "PATCH", json: { disabled: true } }),
    );
    expect(actions).toMatchObject([{ route: "/keys/:hash", target: `/keys/${data.hash}`, fields: { disabled: true } }]);
  });

  it("is not on record when it was not let in, or only read", async () => {
    const { key } = await makeKey();
    const actions = await recorded(async () => {
      await errorOf(send("/api/v1/keys", { key, json: { name: "x" } }), 403);
      await errorOf(send("/api/v1/keys", { json: { name: "x" } }), 401);
      await manage("/api/v1/keys");
      await manage("/api/v1/audit/verify");
    });
    expect(actions).toEqual([]);
  });

  it("leaves the chain whole", async () => {
    await makeKey();
    const { data } = await (await manage("/api/v1/audit/verify")).json<Action>();
    expect(data).toEqual({
      ok: true,
      entries: data.head.seq,
      head: { seq: expect.any(Number), hash: expect.any(String) },
    });
    const verify = (seq: number, hash: string) => manage(`/api/v1/audit/verify?seq=${seq}&hash=${hash}`);
    expect(await (await verify(data.head.seq, data.head.hash)).json()).toEqual({ data });
    expect(await (await verify(1, "0".repeat(64))).json()).toMatchObject({ data: { ok: false, first_bad: 1 } });
  });
});

/** The Worker with a log that fails where a test says so. */
async function withLog(append: (record: string) => Promise<unknown>, request: Request): Promise<Response> {
  const log = { getByName: () => ({ append }) };
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} };
  return createApp().fetch(request, { ...env, AUDIT: log as unknown as Cloudflare.Env["AUDIT"] }, context as never);
}

describe("a log that fails", () => {
  const name = "never made";
  const request = () => requestTo("/api/v1/keys", { key: MANAGEMENT_KEY, json: { name } });

  it("keeps what cannot be written down from being done: a 503 with a hint", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await withLog(() => Promise.reject(new Error("down")), request());
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await errorOf(response, 503)).toMatchObject({ message: expect.stringContaining("audit log") });
    const { data } = await (await manage("/api/v1/keys")).json<{ data: { name: string }[] }>();
    expect(data.map((key) => key.name)).not.toContain(name);
    error.mockRestore();
  });

  it("does not keep the answer to what is done back, when only its end cannot be written down", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const append = async (record: string) => {
      if (JSON.parse(record).kind === "result") throw new Error("down");
      return { seq: 1, hash: "" };
    };
    const response = await withLog(append, requestTo("/api/v1/keys", { key: MANAGEMENT_KEY, json: { name: "made" } }));
    expect(response.status).toBe(201);
    expect(error).toHaveBeenCalledWith(expect.stringMatching(/^audit: the end of action/), expect.any(String));
    error.mockRestore();
  });
});

describe("GET /audit", () => {
  it("gives pages, newest first", async () => {
    for (let n = 0; n < 3; n++) await makeKey();
    const first = await audit("?limit=2");
    expect(first.data).toHaveLength(2);
    const second = await audit(`?limit=2&cursor=${first.next_cursor}`);
    const seqs = [...first.data, ...second.data].map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    expect(new Set(seqs).size).toBe(seqs.length);
    const { next_cursor } = await audit("?cursor=3");
    expect(next_cursor).toBeNull();
  });

  it("gives a time", async () => {
    const at = "2001-01-01";
    expect((await audit(`?to=${at}`)).data).toEqual([]);
    expect((await audit(`?from=${at}&to=2999-01-01T00:00:00Z`)).data.length).toBeGreaterThan(0);
  });

  it("shows a team's management key what its team did, and what was done to it", async () => {
    const { data: team } = await (
      await manage("/api/v1/workspaces", { json: { name: "The audited yard" } })
    ).json<Action>();
    const { key, data: own } = await makeKey({ name: "Deputy", workspace_id: team.id, is_management_key: true });
    await makeKey({ name: "Elsewhere" });
    const made = await send("/api/v1/keys", { key, json: { name: "Ours" } });
    expect(made.status).toBe(201);
    const { data } = await audit("", { key });
    expect(data).toMatchObject([
      {
        fields: { name: "Ours" },
        actor: { kind: "management_key", hash: own.hash, name: "Deputy" },
        workspace_id: team.id,
      },
      { fields: { name: "Deputy" }, actor: { kind: "bootstrap" }, workspace_id: team.id },
      { fields: { name: "The audited yard" }, workspace_id: team.id, object: team.id },
    ]);
    await errorOf(send("/api/v1/audit/verify", { key }), 403);
  });

  it.each([
    ["from=yesterday", "from"],
    ["to=1", "to"],
    ["limit=0", "limit"],
    ["limit=501", "limit"],
    ["cursor=x", "cursor"],
  ])("refuses ?%s", async (query, field) => {
    expect(await errorOf(manage(`/api/v1/audit?${query}`), 400)).toMatchObject({ metadata: { field } });
  });

  it("refuses half a noted head", async () => {
    expect(await errorOf(manage("/api/v1/audit/verify?seq=1"), 400)).toMatchObject({ metadata: { field: "hash" } });
  });
});

describe("what is kept of a body", () => {
  it.each<[name: string, body: unknown, kept: unknown]>([
    [
      "short values",
      { limit: 2, disabled: true, name: "x", limit_reset: null },
      { limit: 2, disabled: true, name: "x", limit_reset: null },
    ],
    [
      "not secrets",
      {
        key: "sk-1",
        api_key: "2",
        secret: 3,
        token: "4",
        headers: { a: "5" },
        external: { api_key: "6" },
        password: "7",
      },
      Object.fromEntries(
        ["key", "api_key", "secret", "token", "headers", "external", "password"].map((name) => [name, "(secret)"]),
      ),
    ],
    ["of objects the names", { providers: { acme: { key: { value: "sk-1" } } } }, { providers: { fields: ["acme"] } }],
    ["lists of plain values", { allowed_models: ["a/b", 1] }, { allowed_models: ["a/b", 1] }],
    [
      "of other lists the length",
      { messages: [{ content: "sk-1" }], many: Array.from({ length: 21 }, () => 1) },
      { messages: "(1 items)", many: "(21 items)" },
    ],
    ["of long texts the length", { text: "x".repeat(121) }, { text: "(121 characters)" }],
    ["of no object nothing", [1], {}],
  ])("%s", (_, body, kept) => {
    expect(describeFields(body)).toEqual(kept);
  });
});

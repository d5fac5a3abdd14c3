import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { chat, MANAGEMENT_KEY, makeKey, manage, send } from "./client.ts";

/**
 * Who gets where: every route of the app, with every kind of caller. Team A owns what the paths name; callers of team
 * B must see none of it.
 */

const CALLERS = {
  "no key": () => undefined,
  "a wrong key": () => "sk-pm-v1-wrong",
  "a key of B": () => B.key,
  "B's management key": () => B.management,
  "another key of A": () => A.colleague,
  "a key of A": () => A.key,
  "a person of B": () => B.person,
  "a service for B": () => services,
  "a person of A": () => A.person,
  "a service without words": () => services,
  "A's management key": () => A.management,
  "the management key": () => MANAGEMENT_KEY,
};
type Caller = keyof typeof CALLERS;

/** What callers send beside their token. */
const HEADERS: Partial<Record<Caller, Record<string, string>>> = {
  "a service for B": { "x-project-id": "isolated-b", "x-user-id": "person of isolated-b" },
};

/** A status, or that the caller is let in: neither 401, 403 nor 404. */
type Expected = number | "in";

type Level = Record<Caller, Expected>;

const NOBODY = { "no key": 401, "a wrong key": 401, "a service without words": 401 } as const;
const KEYS_ARE_OUT = {
  ...{ "a key of B": 403, "another key of A": 403, "a key of A": 403 },
  ...{ "a person of B": 403, "a service for B": 403, "a person of A": 403 },
} as const;
const B_IS_OUT = {
  ...{ "a key of B": 404, "B's management key": 404, "a person of B": 404, "a service for B": 404 },
} as const;
const IN = "in" as const;
const EVERYBODY = {
  ...{ "a key of B": IN, "B's management key": IN, "another key of A": IN, "a key of A": IN },
  ...{ "a person of B": IN, "a service for B": IN, "a person of A": IN, "a service without words": IN },
  ...{ "A's management key": IN, "the management key": IN },
};

const LEVELS = {
  /** Needs no key; one that is not good is refused all the same. */
  open: { ...EVERYBODY, ...NOBODY, "no key": "in" },
  /** Does not look at keys. */
  blind: { ...EVERYBODY, "no key": "in", "a wrong key": "in" },
  anyKey: { ...EVERYBODY, ...NOBODY },
  /** Runs inference. */
  inference: {
    ...EVERYBODY,
    ...NOBODY,
    "B's management key": 403,
    "A's management key": 403,
    "the management key": 403,
  },
  /** Belongs to the key that made it. */
  own: { ...EVERYBODY, ...NOBODY, ...B_IS_OUT, "another key of A": 404, "a person of A": 404 },
  /** Of team A, and a key sees its own part of it. */
  partly: { ...EVERYBODY, ...NOBODY, ...B_IS_OUT },
  /** Managed by any management key, each for itself. */
  management: { ...EVERYBODY, ...NOBODY, ...KEYS_ARE_OUT },
  /** Belongs to team A. */
  ofTeam: { ...EVERYBODY, ...NOBODY, ...KEYS_ARE_OUT, "B's management key": 404 },
  /** Belongs to project A, for whoever acts there; the management key acts in the default one. */
  ofProject: { ...EVERYBODY, ...NOBODY, ...B_IS_OUT, "the management key": 404 },
  /** Belongs to the installation. */
  installation: { ...EVERYBODY, ...NOBODY, ...KEYS_ARE_OUT, "B's management key": 403, "A's management key": 403 },
} as const satisfies Record<string, Level>;

interface Row {
  level: keyof typeof LEVELS;
  /** What the level does not say. */
  but?: Partial<Level>;
  /** The path with what it names; made anew for each caller, since a route may destroy it. */
  path?: () => string | Promise<string>;
  json?: unknown;
}

const hashOfA = async () => (await makeKey({ workspace_id: A.id })).data.hash;
const generationOfA = async () => (await chat(A.key)).headers.get("x-generation-id");

const ROWS: Record<string, Row> = {
  "GET /": { level: "blind", path: () => "/" },
  "POST /chat/completions": { level: "inference" },
  "POST /route": { level: "anyKey" },
  "POST /embeddings": { level: "anyKey" },
  "POST /rerank": { level: "anyKey" },
  "POST /PII": { level: "anyKey" },
  "POST /pii": { level: "anyKey" },
  "POST /injection": { level: "anyKey" },
  "POST /toxicity": { level: "anyKey" },
  "POST /factuality": { level: "anyKey" },
  "POST /tokenize": { level: "anyKey" },
  "POST /detokenize": { level: "anyKey" },
  "GET /models/ids": { level: "anyKey" },
  "GET /models": { level: "open" },
  "GET /models/count": { level: "open" },
  "GET /models/user": { level: "anyKey" },
  "GET /models/:author/endpoints": { level: "open", path: nameOfAll },
  "GET /models/:author/:slug/endpoints": { level: "open", path: () => "/models/demo/echo/endpoints" },
  "GET /model/:author/:slug": { level: "open", path: () => "/model/demo/echo" },
  "GET /embeddings/models": { level: "open" },
  "GET /endpoints/zdr": { level: "open" },
  "GET /providers": { level: "open" },
  "GET /key": { level: "anyKey" },
  "GET /auth/key": { level: "anyKey" },
  "GET /generation": { level: "own", path: async () => `/generation?id=${await generationOfA()}` },
  "GET /generation/replay": { level: "own", path: async () => `/generation/replay?id=${await generationOfA()}` },
  "GET /generation/content": {
    level: "own",
    path: async () => `/generation/content?id=${await generationOfA()}`,
    // It is there, and was not logged.
    but: { "a key of A": 403, "A's management key": 403, "the management key": 403 },
  },
  "GET /generations": { level: "partly", path: () => `/generations?workspace_id=${A.id}` },
  "GET /activity": { level: "ofTeam", path: () => `/activity?workspace_id=${A.id}` },
  "GET /credits": { level: "ofTeam", path: () => `/credits?workspace_id=${A.id}` },
  "GET /reports/spend": { level: "ofTeam", path: () => `/reports/spend?workspace_id=${A.id}` },
  "GET /reports/reconciliation": { level: "ofTeam", path: () => `/reports/reconciliation?workspace_id=${A.id}` },
  "GET /reports/retention": { level: "ofTeam", path: () => `/reports/retention?workspace_id=${A.id}` },
  "PUT /reports/retention": { level: "ofTeam", path: () => `/reports/retention?workspace_id=${A.id}`, json: {} },

  "GET /byok": { level: "ofTeam", but: { "B's management key": 400 }, path: () => `/byok?workspace_id=${A.id}` },
  "POST /byok": { level: "management", json: {} },
  "POST /byok/reseal": { level: "installation" },
  "GET /byok/:id": { level: "ofTeam", path: providerKeyOfA },
  "PATCH /byok/:id": { level: "ofTeam", path: providerKeyOfA, json: {} },
  "DELETE /byok/:id": { level: "ofTeam", path: providerKeyOfA },
  "GET /audit": { level: "management" },
  "GET /audit/verify": { level: "installation" },

  "GET /keys": { level: "ofTeam", path: () => `/keys?workspace_id=${A.id}` },
  "POST /keys": { level: "management", json: {} },
  "GET /keys/:hash": { level: "ofTeam", path: async () => `/keys/${await hashOfA()}` },
  "PATCH /keys/:hash": { level: "ofTeam", path: async () => `/keys/${await hashOfA()}`, json: {} },
  "DELETE /keys/:hash": { level: "ofTeam", path: async () => `/keys/${await hashOfA()}` },
  "POST /keys/:hash/rotate": { level: "ofTeam", path: async () => `/keys/${await hashOfA()}/rotate` },

  "GET /workspaces": { level: "management" },
  "POST /workspaces": { level: "installation", json: {} },
  "GET /workspaces/:id": { level: "ofTeam", path: () => `/workspaces/${A.id}` },
  "PATCH /workspaces/:id": { level: "ofTeam", path: () => `/workspaces/${A.id}`, json: {} },
  "DELETE /workspaces/:id": {
    level: "ofTeam",
    but: { "A's management key": 403 },
    path: () => `/workspaces/${A.id}`,
  },
  "GET /workspaces/:id/members": { level: "ofTeam", path: () => `/workspaces/${A.id}/members` },
  "POST /workspaces/:id/members/add": { level: "ofTeam", path: () => `/workspaces/${A.id}/members/add`, json: {} },
  "POST /workspaces/:id/members/remove": {
    level: "ofTeam",
    path: () => `/workspaces/${A.id}/members/remove`,
    json: {},
  },
  "GET /workspaces/:id/budgets": { level: "ofTeam", path: () => `/workspaces/${A.id}/budgets` },
  "GET /workspaces/:id/budgets/:interval": { level: "ofTeam", path: budgetOfA },
  "PUT /workspaces/:id/budgets/:interval": { level: "ofTeam", path: budgetOfA, json: {} },
  "DELETE /workspaces/:id/budgets/:interval": { level: "ofTeam", path: budgetOfA },

  "GET /projects": { level: "management" },
  "POST /projects": { level: "installation", json: { id: "NOT ONE" } },
  "GET /projects/:id": { level: "ofTeam", path: () => `/projects/${A.id}` },
  "PATCH /projects/:id": { level: "ofTeam", path: () => `/projects/${A.id}`, json: {} },
  "DELETE /projects/:id": { level: "ofTeam", but: { "A's management key": 403 }, path: () => `/projects/${A.id}` },

  "GET /tables": { level: "anyKey" },
  "POST /tables": { level: "anyKey", json: {} },
  "GET /tables/:id": { level: "ofProject", path: () => tableOfA() },
  "DELETE /tables/:id": { level: "ofProject", path: () => tableOfA() },
  "POST /tables/:id/search": { level: "ofProject", path: () => tableOfA("/search"), json: { query: "x" } },
  "GET /tables/:id/documents": { level: "ofProject", path: () => tableOfA("/documents") },
  "POST /tables/:id/documents": {
    level: "ofProject",
    path: () => tableOfA("/documents"),
    json: { file_name: "a.txt", text: "x" },
  },
  "DELETE /tables/:id/documents/:document": { level: "ofProject", path: () => partOfTableOfA("documents") },
  "GET /tables/:id/rows": { level: "ofProject", path: () => tableOfA("/rows") },
  "POST /tables/:id/rows": { level: "ofProject", path: () => tableOfA("/rows"), json: { rows: [{ text: "x" }] } },
  "DELETE /tables/:id/rows/:chunk": { level: "ofProject", path: () => partOfTableOfA("rows") },
  "POST /gen_tables/knowledge/hybrid_search": { level: "anyKey", json: {} },

  "GET /presets": { level: "installation" },
  "GET /presets/:slug": { level: "installation", path: () => presetPath("") },
  "PATCH /presets/:slug": { level: "installation", path: () => presetPath(""), json: {} },
  "DELETE /presets/:slug": { level: "installation", path: () => presetPath("") },
  "GET /presets/:slug/versions": { level: "installation", path: () => presetPath("/versions") },
  "GET /presets/:slug/versions/:version": { level: "installation", path: () => presetPath("/versions/1") },
  "POST /presets/:slug/chat/completions": {
    level: "installation",
    path: () => presetPath("/chat/completions"),
    json: [],
  },

  "GET /catalog": { level: "installation" },
  "PUT /catalog": { level: "installation", json: [] },
  "POST /selftest": { level: "installation" },
};

async function budgetOfA(): Promise<string> {
  const path = `/workspaces/${A.id}/budgets/weekly`;
  await manage(`/api/v1${path}`, { method: "PUT", json: { limit_usd: 1000 } });
  return path;
}

async function nameOfAll(): Promise<string> {
  const { data } = await (await manage("/api/v1/catalog")).json<{ data: object }>();
  await manage("/api/v1/catalog", { method: "PUT", json: { ...data, aliases: { anybody: { model: "demo/echo" } } } });
  return "/models/anybody/endpoints";
}

async function providerKeyOfA(): Promise<string> {
  const json = { provider: "openai", key: "sk-of-team-a-1234567890", workspace_id: A.id };
  const { data } = await (await manage("/api/v1/byok", { json })).json<{ data: { id: string } }>();
  return `/byok/${data.id}`;
}

/** Made anew where it was deleted. */
async function tableOfA(rest = ""): Promise<string> {
  await send("/api/v1/tables", { key: A.key, json: { id: "of-a", embedding_model: null } });
  return `/tables/of-a${rest}`;
}

async function partOfTableOfA(parts: "documents" | "rows"): Promise<string> {
  const path = await tableOfA();
  await send(`/api/v1${path}/documents`, { key: A.key, json: { file_name: "a.txt", text: "x" } });
  const listed = await send(`/api/v1${path}/${parts}`, { key: A.key });
  const [part] = (await listed.json<{ data: { document_id: string; chunk_id: string }[] }>()).data;
  return `${path}/${parts}/${parts === "rows" ? part?.chunk_id : part?.document_id}`;
}

async function presetPath(rest: string): Promise<string> {
  await manage("/api/v1/presets/isolated/chat/completions", { json: { model: "demo/echo" } });
  return `/presets/isolated${rest}`;
}

interface TestTeam {
  id: string;
  key: string;
  colleague: string;
  /** The token of a member who is in this team only. */
  person: string;
  management: string;
}
let A: TestTeam;
let B: TestTeam;
/** Service keys are of no team. */
let services: string;

async function makeTeam(id: string): Promise<TestTeam> {
  const user_id = `person of ${id}`;
  await manage("/api/v1/workspaces", { json: { id, name: id, members: [{ user_id }] } });
  const keys = [{}, {}, { is_management_key: true }].map((fields) => makeKey({ workspace_id: id, ...fields }));
  // One is bound to its team, the other finds it by itself.
  keys.push(makeKey({ kind: "pat", user_id, ...(id === "isolated-a" && { project_id: id }) }));
  const [key = "", colleague = "", management = "", person = ""] = (await Promise.all(keys)).map((made) => made.key);
  return { id, key, colleague, management, person };
}

/** The routes of the app by method and path, as they are under their mounts. */
const routes = createApp()
  .routes.filter(({ method }) => method !== "ALL")
  .map(({ method, path }) => `${method} ${path.replace(/^\/(?:api\/)?v[12](?=\/)/, "")}`);

describe("tenants", () => {
  beforeAll(async () => {
    [A, B] = await Promise.all([makeTeam("isolated-a"), makeTeam("isolated-b")]);
    services = (await makeKey({ kind: "service" })).key;
  });

  it("have a row for every route, and none for a route that is gone", () => {
    expect(Object.keys(ROWS).sort()).toEqual([...new Set(routes)].sort());
  });

  const cases = Object.entries(ROWS).flatMap(([route, row]) =>
    (Object.keys(CALLERS) as Caller[]).map((caller) => ({ route, row, caller })),
  );
  it.each(cases)("are kept apart: $route for $caller", async ({ route, row, caller }) => {
    const [method = "", pattern = ""] = route.split(" ");
    const path = (await row.path?.()) ?? pattern;
    const expected = { ...LEVELS[row.level], ...row.but }[caller];
    const headers = HEADERS[caller] ?? {};
    const call = { key: CALLERS[caller](), method, headers, ...(method !== "GET" && { json: row.json ?? {} }) };
    // To run it is not a matter of this test.
    if (route === "POST /selftest" && expected === "in") return;
    // Everything of team A would be gone with it.
    if (/^DELETE \/(workspaces|projects)\/:id$/.test(route) && expected === "in") return;
    const response = await send(path === "/" ? path : `/api/v1${path}`, call);
    const text = await response.text();
    if (expected === "in") expect([401, 403, 404, 500, 503], text).not.toContain(response.status);
    else expect(response.status, text).toBe(expected);
  });
});

describe("a team's management key", () => {
  it("sees its own workspace and keys only, also when it asks for all", async () => {
    const dataOf = async (path: string) =>
      (
        await (
          await send(`/api/v1${path}`, { key: A.management })
        ).json<{ data: { id: string; workspace_id: string }[] }>()
      ).data;
    expect((await dataOf("/workspaces")).map(({ id }) => id)).toEqual([A.id]);
    for (const path of ["/keys", "/keys?workspace_id=*"]) {
      const keys = await dataOf(path);
      expect(keys.length).toBeGreaterThan(2);
      expect(new Set(keys.map(({ workspace_id }) => workspace_id))).toEqual(new Set([A.id]));
    }
  });

  it.each([
    ["workspace_id", "workspace"],
    ["project_id", "project"],
  ])("makes keys for its own workspace, and cannot name another in %s", async (field, word) => {
    const make = (fields: object) => send("/api/v1/keys", { key: A.management, json: { name: "made", ...fields } });
    const own = await (await make({})).json<{ data: { workspace_id: string } }>();
    expect(own.data.workspace_id).toBe(A.id);
    for (const id of [B.id, "default", "nowhere"]) {
      const refused = await make({ [field]: id });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({
        error: { message: `${field}: there is no such ${word}`, metadata: { field } },
      });
    }
    const another = await make({ is_management_key: true });
    expect(await another.json()).toMatchObject({ data: { workspace_id: A.id, is_management_key: true } });
  });

  it("does not touch a key of the installation", async () => {
    const { data } = await makeKey({ is_management_key: true });
    for (const key of [A.management, B.management]) {
      expect((await send(`/api/v1/keys/${data.hash}`, { key })).status).toBe(404);
      expect((await send(`/api/v1/keys/${data.hash}`, { key, method: "DELETE" })).status).toBe(404);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRouterClient } from "../support/clients.ts";
import { type OwnGateway, startGateway } from "../support/gateway.ts";

let gateway: OwnGateway;

beforeAll(async () => {
  gateway = await startGateway({
    vars: { OPENAI_API_KEY: "sk-canary-openai", ANTHROPIC_API_KEY: "sk-canary-anthropic" },
  });
});
afterAll(() => gateway.close());

interface ModelList {
  data: { id: string; canonical_slug: string }[];
  total_count: number;
  links: { next: string | null };
}

async function json<Body>(path: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(gateway.origin + path, init);
  expect(response.status, path).toBe(200);
  return response.json() as Promise<Body>;
}

const listing = (query = "") => json<ModelList>(`/api/v1/models${query}`);

describe("the official SDK", () => {
  it("reads the models to the end", async () => {
    const ids: string[] = [];
    for await (const page of await openRouterClient(gateway).models.list())
      ids.push(...page.result.data.map(({ id }) => id));
    expect(ids).toEqual(expect.arrayContaining(["openai/gpt-4o", "anthropic/claude-sonnet-4.5", "demo/echo"]));
    expect(ids).toContain("mistralai/mistral-large-2512");
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("reads every page of a paged list, and stops", async () => {
    const { total_count: total } = await listing();
    const sizes: number[] = [];
    const pages = await openRouterClient(gateway).models.list({ limit: 50 });
    for await (const page of pages) sizes.push(page.result.data.length);
    const sum = sizes.reduce((a, b) => a + b, 0);
    expect(sum).toBe((await openRouterClient(gateway).models.count()).data.count);
    expect(sum).toBe(total);
  });

  it("reads every row of the whole catalogue", async () => {
    const client = openRouterClient(gateway);
    for (const id of ["openai/gpt-5.4", "anthropic/claude-opus-4.5", "qwen/qwen3-coder", "demo/tools"]) {
      const [author = "", slug = ""] = id.split("/");
      const { data } = await client.models.get({ author, slug });
      expect(data).toMatchObject({ id, links: { details: `/api/v1/models/${id}/endpoints` } });
      expect((await client.endpoints.list({ author, slug })).data.id).toBe(id);
    }
  });

  it("reads the endpoints of a model, with its tiers and prices", async () => {
    const { data } = await openRouterClient(gateway).endpoints.list({ author: "openai", slug: "gpt-5.4" });
    expect(data.endpoints.map(({ tag }) => tag).slice(0, 2)).toEqual(["openai", "openai/priority"]);
    expect(data.endpoints[0]).toMatchObject({
      providerName: "OpenAI",
      status: 0,
      uptimeLast30m: null,
      pricing: { prompt: "0.0000025", overrides: [{ minPromptTokens: 272000, prompt: "0.000005" }] },
      supportsToolChoice: { auto: true, required: true, none: true, function: true },
    });
  });

  it("reads providers, zero-retention endpoints, embedding models and the key's own models", async () => {
    const client = openRouterClient(gateway);
    const { data: providers } = await client.providers.list();
    expect(providers.find(({ slug }) => slug === "openai")).toMatchObject({
      name: "OpenAI",
      headquarters: "US",
      statusPageUrl: "https://status.openai.com/",
    });
    const { data: zdr } = await client.endpoints.listZdrEndpoints();
    expect(zdr.map(({ providerName }) => providerName)).toContain("Demo");
    const embeddings = [];
    for await (const page of await client.embeddings.listModels()) embeddings.push(...page.result.data);
    expect(embeddings.map(({ id }) => id)).toContain("openai/text-embedding-3-small");
    const mine = [];
    for await (const page of await client.models.listForUser({ bearer: gateway.key })) mine.push(...page.result.data);
    expect(mine.map(({ id }) => id)).toEqual(expect.arrayContaining(["openai/gpt-4o", "demo/echo"]));
    expect(mine.map(({ id }) => id)).not.toContain("mistralai/mistral-large-2512");
  });

  it("parses the whole catalogue, model by model and endpoint by endpoint", async () => {
    const anonymous = openRouterClient({ baseUrl: gateway.baseUrl, key: "" });
    let models = 0;
    for await (const page of await anonymous.models.list({ outputModalities: "all" }))
      models += page.result.data.length;
    expect(models).toBeGreaterThanOrEqual(400);
    expect((await anonymous.providers.list()).data.length).toBeGreaterThanOrEqual(60);
    expect((await anonymous.endpoints.listZdrEndpoints()).data.length).toBeGreaterThan(100);
    const { data } = await anonymous.endpoints.list({ author: "openai", slug: "gpt-oss-120b" });
    expect(data.endpoints.length).toBeGreaterThan(20);
  });
});

describe("what a caller sees", () => {
  const withKey = () => ({ headers: { authorization: `Bearer ${gateway.key}` } });

  it("is the whole catalogue, or what works here", async () => {
    const all = await listing();
    const usable = await json<ModelList>("/api/v1/models/user", withKey());
    expect(all.total_count).toBeGreaterThanOrEqual(400);
    expect(usable.total_count).toBeLessThan(all.total_count);
    expect((await json<ModelList>("/api/v1/models", withKey())).total_count).toBe(all.total_count);
    expect((await listing("?all=false")).total_count).toBe(usable.total_count);
  });

  it("is a 401 with a key that is not good", async () => {
    for (const path of ["/models", "/models/user", "/providers", "/models/openai/gpt-4o/endpoints"]) {
      const response = await gateway.request(path, { headers: { authorization: "Bearer sk-wrong" } });
      expect(response.status, path).toBe(401);
    }
    expect((await fetch(`${gateway.baseUrl}/models/user`)).status).toBe(401);
  });

  it("names no secret, no upstream URL and no key", async () => {
    for (const path of [
      "/models?all=true&output_modalities=all",
      "/providers?all=true",
      "/models/openai/gpt-4o/endpoints",
      "/endpoints/zdr",
    ]) {
      const text = await (await gateway.request(path)).text();
      expect(text).not.toMatch(/sk-canary|_API_KEY|api\.openai\.com|base_url|quirks/);
    }
  });
});

describe("pages", () => {
  it("lead from one to the next by their links, without losing the query", async () => {
    let next: string | null = "/api/v1/models?limit=100&model_authors=openai,qwen&sort=newest";
    const ids: string[] = [];
    for (let page = 0; next !== null && page < 20; page++) {
      const list: ModelList = await json(next);
      expect(list.data.length).toBeLessThanOrEqual(100);
      ids.push(...list.data.map(({ id }) => id));
      next = list.links.next;
    }
    expect(next).toBeNull();
    expect(ids.length).toBe((await listing("?model_authors=openai,qwen")).total_count);
    expect(ids.every((id) => /^(openai|qwen)\//.test(id))).toBe(true);
  });
});

describe("one model", () => {
  const status = async (path: string) => (await fetch(gateway.baseUrl + path)).status;

  it("is found by its dated id, and with variants that only route", async () => {
    for (const slug of ["gpt-4o", "gpt-4o-20240513", "gpt-4o:nitro", "gpt-4o:floor:online"]) {
      const { data } = await json<{ data: { id: string } }>(`/v1/model/openai/${slug}`);
      expect(data.id).toBe("openai/gpt-4o");
    }
  });

  it("is a 404 when there is none; a variant that is not there has no endpoints", async () => {
    expect(await status("/model/openai/gpt-nope")).toBe(404);
    expect(await status("/model/openai/gpt-4o:free")).toBe(404);
    expect(await status("/models/openai/gpt-nope/endpoints")).toBe(404);
    const { data } = await json<{ data: unknown }>("/api/v1/models/openai/gpt-4o:free/endpoints");
    expect(data).toMatchObject({ id: "openai/gpt-4o:free", endpoints: [] });
  });

  it("has no endpoints that work here when no provider of it is on", async () => {
    const response = await gateway.request("/models/mistralai/mistral-large-2512/endpoints?all=false");
    expect(await response.json()).toMatchObject({ data: { endpoints: [] } });
    expect((await gateway.request("/model/mistralai/mistral-large-2512")).status).toBe(200);
  });
});

it("lists what the operator adds to a local server, which needs no key", async () => {
  await gateway.addCatalog({
    models: { "my/llama": { name: "My Llama", endpoints: [{ provider: "ollama", model: "llama3.3" }] } },
  });
  const models = (await (await gateway.request("/models")).json()) as ModelList;
  expect(models.data.map(({ id }) => id)).toContain("my/llama");
  const providers = await (await gateway.request("/providers")).json();
  expect(providers).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ slug: "ollama" })]) });
});

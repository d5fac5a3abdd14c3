import { afterAll, describe, expect, it } from "vitest";
import { errorOf, manage, send } from "../client.ts";

const PATH = "/api/v1/catalog";
const put = (json: unknown) => manage(PATH, { method: "PUT", json });
const DOCUMENT = {
  providers: {
    acme: {
      name: "Acme",
      api: "openai-chat",
      base_url: "https://acme.test/v1",
      key: { value: "hunter2-hunter2-7890" },
    },
  },
  models: { "acme/one": { name: "One", endpoints: [{ provider: "acme", model: "m" }] } },
};

afterAll(async () => {
  await put({});
});

describe("the operator's catalogue", () => {
  it("is put, shown sealed, and in force at once", async () => {
    const answer = await put(DOCUMENT);
    expect(answer.status).toBe(200);
    const shown = await answer.text();
    expect(shown).not.toContain("hunter2");
    expect(await (await manage(PATH)).text()).toBe(shown);
    const models = await (await send("/api/v1/models?all=true")).json<{ data: { id: string }[] }>();
    expect(models.data.map(({ id }) => id)).toContain("acme/one");
  });

  it("stays when the next one is refused, which is told where it is wrong", async () => {
    await put(DOCUMENT);
    const error = await errorOf(put({ providers: { acme: { base_url: "acme" } } }), 400);
    expect(error).toMatchObject({ metadata: { error_type: "invalid_request", field: "providers.acme.base_url" } });
    expect(await (await manage(PATH)).json()).toMatchObject({ models: { "acme/one": { name: "One" } } });
  });

  it("is refused as no JSON", async () => {
    expect(await errorOf(manage(PATH, { method: "PUT", body: "{" }), 400)).toMatchObject({ code: 400 });
  });
});

describe("settings that name something", () => {
  const judge = (check: string, name: string) => ({ checks: { [check]: { judge: name } } });
  const NAMES = {
    aliases: { "acme/alias": { model: "acme/one" }, "acme/tuned": { adapter_of: "acme/one", adapter: "t" } },
    routers: { "acme/router": { members: [{ target: "acme/one", weight: 1 }] } },
  };
  const send = (settings: object, query: string) =>
    manage(`${PATH}${query}`, { method: "PUT", json: { ...DOCUMENT, ...NAMES, ...settings } });

  it.each<[field: string, settings: object]>([
    ["checks.toxicity.judge", judge("toxicity", "nope/x")],
    ["checks.factuality.judge", judge("factuality", "acme/one:free")],
    ["checks.injection.judge", judge("injection", "nope/x:nitro")],
    ["checks.pii.judge", judge("pii", "constructor")],
    ["checks.pii.region", { checks: { pii: { region: "XX" } } }],
    ["retrieval.embedding_model", { retrieval: { embedding_model: "nope/x" } }],
    ["retrieval.reranking_model", { retrieval: { reranking_model: "~nope/x-latest" } }],
  ])("are refused where nothing has that name, and nothing is stored: %s", async (field, settings) => {
    await put(DOCUMENT);
    for (const query of ["", "?dry_run=true"])
      expect(await errorOf(send(settings, query), 400)).toMatchObject({ metadata: { field } });
    expect(await (await manage(PATH)).json()).not.toHaveProperty("checks");
  });

  it.each<[settings: object]>([
    [judge("toxicity", "acme/one")],
    [judge("toxicity", "acme/one:nitro")],
    [judge("factuality", "acme/alias")],
    [judge("injection", "acme/tuned")],
    [judge("pii", "acme/router")],
    [judge("pii", "demo/echo")],
    [{ checks: { pii: { judge: null, region: "DE" }, toxicity: { judge: "openrouter/auto" } } }],
    [{ retrieval: { reranking_model: "pointsman/bm25", embedding_model: null } }],
  ])("are taken: %j", async (settings) => {
    for (const query of ["?dry_run=true", ""]) {
      const answer = await send(settings, query);
      expect(await answer.json()).toMatchObject(settings);
      expect(answer.status).toBe(200);
    }
  });
});

describe("a dry run", () => {
  const check = (json: unknown, query = "dry_run=true") => manage(`${PATH}?${query}`, { method: "PUT", json });

  it("shows the document as it would be stored, and stores nothing", async () => {
    await put({});
    const shown = await (await check(DOCUMENT)).text();
    expect(JSON.parse(shown)).toMatchObject({
      models: DOCUMENT.models,
      providers: { acme: { key: { hint: "…7890" } } },
    });
    expect(shown).not.toContain("hunter2");
    expect(await (await manage(PATH)).json()).toEqual({});
  });

  it("refuses what would be refused", async () => {
    const error = await errorOf(check({ providers: { acme: { base_url: "acme" } } }), 400);
    expect(error).toMatchObject({ metadata: { field: "providers.acme.base_url" } });
  });

  it("is asked for by true or false alone", async () => {
    expect(await errorOf(check(DOCUMENT, "dry_run=yes"), 400)).toMatchObject({ metadata: { field: "dry_run" } });
    expect((await check({}, "dry_run=false")).status).toBe(200);
  });
});

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

import { describe, expect, it } from "vitest";
import { chat, errorOf, HELLO, makeKey, manage, send } from "../client.ts";

const workspace = (id: string, fields: object = {}) =>
  manage("/api/v1/workspaces", { json: { id, name: id, ...fields } });
const change = (id: string, json: object) => manage(`/api/v1/workspaces/${id}`, { method: "PATCH", json });

/** The names of the models that a key is offered. */
async function offered(key: string): Promise<string[]> {
  const { data } = await (await send("/api/v1/models/user", { key })).json<{ data: { id: string }[] }>();
  return data.map(({ id }) => id);
}

describe("the models of a key", () => {
  it("are those that it and its workspace allow; others are none to it", async () => {
    await workspace("enforced-models", { denied_models: ["demo/story"] });
    const rules = { allowed_models: ["demo/*"], denied_models: ["demo/fault-*"] };
    const { key } = await makeKey({ workspace_id: "enforced-models", ...rules });
    expect((await chat(key)).status).toBe(200);
    for (const model of ["demo/story", "demo/fault-500"]) {
      const error = await errorOf(chat(key, { model }), 400);
      expect(error.message).toBe(`${model} is not a valid model ID`);
      const asked = send("/api/v1/route", { key, json: { model, messages: HELLO } });
      expect((await errorOf(asked, 400)).message).toBe(error.message);
    }
    const models = await offered(key);
    expect(models).toContain("demo/echo");
    expect(models.filter((id) => !id.startsWith("demo/") || /story|fault/.test(id))).toEqual([]);
    await change("enforced-models", { denied_models: null });
    expect((await chat(key, { model: "demo/story" })).status).toBe(200);
  });
});

describe("the providers of a key", () => {
  it.each([
    { denied_providers: ["demo"] },
    { allowed_providers: ["acme"] },
    { provider: { ignore: ["demo"] } },
    { provider: { only: ["acme"] } },
  ])("are those that it and its workspace allow: %j", async (rules) => {
    const { key } = await makeKey(rules);
    const id = `enforced-${crypto.randomUUID()}`;
    await workspace(id, rules);
    const colleague = await makeKey({ workspace_id: id });
    for (const each of [key, colleague.key]) {
      await errorOf(chat(each), 404);
      expect(await offered(each)).toEqual([]);
      // What is forbidden is not to be had by asking for it.
      await errorOf(chat(each, { provider: { only: ["demo"], order: ["demo"] } }), 404);
    }
  });
});

describe("what providers do with prompts", () => {
  it("is what a key and its workspace let them do, whatever the request says", async () => {
    const provider = (data_policy: object) => ({
      name: "P",
      api: "openai-chat",
      base_url: "http://127.0.0.1:9/v1",
      data_policy,
    });
    const endpoint = (slug: string) => ({ provider: slug, model: "m", pricing: { prompt: "0", completion: "0" } });
    const document = {
      providers: {
        keeps: provider({ training: false, retention_days: 30 }),
        trains: provider({ training: true, retention_days: 0 }),
        forgets: provider({ training: false, retention_days: 0 }),
      },
      models: Object.fromEntries(
        ["keeps", "trains", "forgets"].map((slug) => [`enforced/${slug}`, { name: slug, endpoints: [endpoint(slug)] }]),
      ),
    };
    await manage("/api/v1/catalog", { method: "PUT", json: document });
    const usable = async (fields: object) =>
      (await offered((await makeKey(fields)).key)).filter((id) => id.startsWith("enforced/")).sort();
    expect(await usable({})).toHaveLength(3);
    const deny = { data_policy: { data_collection: "deny" } };
    await workspace("enforced-policy", deny);
    for (const fields of [deny, { workspace_id: "enforced-policy" }])
      expect(await usable(fields)).toEqual(["enforced/forgets", "enforced/keeps"]);
    const zdr = { data_policy: { zdr: true } };
    expect(await usable(zdr)).toEqual(["enforced/forgets", "enforced/trains"]);
    expect(await usable({ workspace_id: "enforced-policy", ...zdr })).toEqual(["enforced/forgets"]);
    const { key } = await makeKey({ workspace_id: "enforced-policy", ...zdr });
    for (const model of ["enforced/keeps", "enforced/trains"])
      await errorOf(chat(key, { model, provider: { zdr: false, data_collection: "allow" } }), 404);
    await manage("/api/v1/catalog", { method: "PUT", json: {} });
  });
});

describe("a request that names nothing", () => {
  it("gets its workspace's model, and its key's preset", async () => {
    await workspace("enforced-defaults", { default_text_model: "demo/story" });
    const { key } = await makeKey({ workspace_id: "enforced-defaults" });
    const answer = await (await chat(key, { model: undefined })).json<{ model: string }>();
    expect(answer.model).toBe("demo/story");
    expect((await (await chat(key)).json<{ model: string }>()).model).toBe("demo/echo");

    await manage("/api/v1/presets/enforced/chat/completions", { json: { model: "demo/reasoner" } });
    const preset = await makeKey({ workspace_id: "enforced-defaults", preset: "enforced" });
    const filled = await (await chat(preset.key, { model: undefined })).json<{ model: string }>();
    expect(filled.model).toBe("demo/reasoner");
  });
});

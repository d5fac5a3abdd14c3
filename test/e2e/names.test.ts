import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GenerationData, jsonOf, sharedGateway } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json, startUpstream } from "../support/upstream.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

const route = upstream.route(json(completion("Hi")));
const endpointAt = (tag: string, fields: object = {}) => ({
  provider: "acme",
  model: tag,
  tag: `acme/${tag}`,
  ...fields,
});
const PRICES = { prompt: "0.000001", completion: "0.000002" };
const IMAGE = { type: "image_url", image_url: { url: "https://x.test/a.png" } };

beforeAll(async () => {
  for (const id of ["p1", "p2"])
    await jsonOf(await gateway.manage("/workspaces", { json: { name: id, slug: id, id } }), 201);
  const text = { input_modalities: ["text"], context_length: 8_000 };
  await gateway.putCatalog({
    providers: {
      acme: { name: "Acme", api: "openai-chat", base_url: route.baseUrl },
      off: { name: "Off", api: "openai-chat", base_url: route.baseUrl, key: "NO_SUCH_SECRET" },
    },
    models: {
      "off/first": { name: "Off", endpoints: [{ provider: "off", model: "o" }] },
      "acme/one": { name: "One", ...text, endpoints: [endpointAt("small", { pricing: PRICES }), endpointAt("big")] },
      "acme/two": {
        name: "Two",
        ...text,
        input_modalities: ["text", "image"],
        context_length: 4_000,
        endpoints: [endpointAt("two")],
      },
    },
    aliases: {
      shared: { model: "acme/one", provider: "acme/small" },
      ours: { model: "acme/one", project: "p1" },
      "ours-legal": { adapter_of: "ours", adapter: "lora" },
      "our-eyes": { model: "acme/two", project: "p1" },
    },
    routers: {
      "our-router": { description: "Either.", project: "p1", members: [{ target: "ours" }, { target: "acme/two" }] },
    },
  });
});

const NAMES = ["shared", "ours", "ours-legal", "our-eyes", "our-router"];
const keyOf = (project: string | undefined, fields: object = {}) =>
  gateway.createKey({ ...(project && { workspace_id: project }), ...fields });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("GET /models", () => {
  const listed = async (headers: Record<string, string>, path = "/models"): Promise<GenerationData[]> =>
    (await jsonOf(await fetch(`${gateway.baseUrl}${path}`, { headers }), 200)).data;
  const namesIn = (models: GenerationData[]) => models.map(({ id }) => id).filter((id) => !id.includes("/"));

  it.each<[who: string, headers: () => Promise<Record<string, string>>, names: string[]]>([
    ["nobody", async () => ({}), ["shared"]],
    ["a key of another project", async () => bearer(await keyOf("p2")), ["shared"]],
    ["a key of the project", async () => bearer(await keyOf("p1")), NAMES],
    ["the operator", async () => bearer(gateway.managementKey), NAMES],
    [
      "a key for one of them",
      async () => bearer(await keyOf("p1", { allowed_models: ["ours*"] })),
      ["ours", "ours-legal"],
    ],
    [
      "a key without a model",
      async () => bearer(await keyOf("p1", { denied_models: ["acme/one"] })),
      ["our-eyes", "our-router"],
    ],
  ])("lists the names that are there for %s", async (_, headers, names) => {
    const [models, usable] = [await listed(await headers()), await listed(await headers(), "/models?all=false")];
    expect(namesIn(models)).toEqual(names);
    expect(namesIn(usable)).toEqual(names);
  });

  it("lists models beside them, but none that the key may not name", async () => {
    const ids = async (key: string) => (await listed(bearer(key))).map(({ id }) => id);
    expect(await ids(await keyOf("p1"))).toEqual(expect.arrayContaining([...NAMES, "acme/one", "off/first"]));
    expect(await ids(await keyOf("p1", { allowed_models: ["ours", "acme/two"] }))).toEqual(["ours", "acme/two"]);
  });

  it("lists names alone for clients of bud", async () => {
    const headers = bearer(await keyOf("p1", { dialect: "bud" }));
    expect((await listed(headers)).map(({ id }) => id)).toEqual(NAMES);
    expect(await jsonOf(await fetch(`${gateway.baseUrl}/models/ids`, { headers }), 200)).toEqual(NAMES);
    expect((await jsonOf(await fetch(`${gateway.baseUrl}/models/count`, { headers }), 200)).data.count).toBe(5);
  });

  it("tells the endpoints of each, where it says that they are told", async () => {
    const headers = bearer(await keyOf("p1"));
    for (const { id, links } of (await listed(headers)).filter((model) => NAMES.includes(model.id))) {
      const response = await fetch(`${gateway.origin}${links.details}`, { headers });
      const { data } = await jsonOf(response, 200);
      expect(data).toMatchObject({ id, endpoints: expect.arrayContaining([expect.objectContaining({})]) });
    }
    const hidden = await fetch(`${gateway.baseUrl}/models/ours/endpoints`, { headers: bearer(await keyOf("p2")) });
    expect(hidden.status).toBe(404);
  });

  it("tells what a name can do, and costs", async () => {
    const models = await listed(bearer(await keyOf("p1")));
    const told = (id: string) => models.find((model) => model.id === id);
    expect(told("shared")).toMatchObject({
      name: "One",
      pricing: PRICES,
      context_length: 8_000,
      canonical_slug: "shared",
    });
    expect(told("ours-legal")).toMatchObject({ name: "One", pricing: PRICES });
    expect(told("our-router")).toMatchObject({
      description: "Either.",
      pricing: { prompt: "-1", completion: "-1" },
      context_length: 4_000,
      architecture: { input_modalities: ["text"] },
    });
  });
});

describe("a name", () => {
  const ask = async (key: string, fields: object) =>
    gateway.request("/chat/completions", {
      json: { messages: [{ role: "user", content: "Hi" }], ...fields },
      headers: bearer(key),
    });

  it.each<[name: string, project: string, fields: object, model: string, status: number]>([
    ["of the key's project", "p1", {}, "ours", 200],
    ["of another project", "p2", {}, "ours", 400],
    ["of an adapter of another project's alias", "p2", {}, "ours-legal", 400],
    ["of a router of another project", "p2", {}, "our-router", 400],
    ["for everybody", "p2", {}, "shared", 200],
    ["that the key may use", "p1", { allowed_models: ["our*"] }, "our-router", 200],
    ["that the key may not use", "p1", { allowed_models: ["our-*"] }, "ours", 400],
    ["of a model that the key may not use", "p1", { allowed_models: ["our-*"] }, "acme/two", 400],
    ["that leads to a model that is denied", "p1", { denied_models: ["acme/one"] }, "ours-legal", 400],
  ])("%s", async (_, project, fields, model, status) => {
    const response = await ask(await keyOf(project, fields), { model });
    const body = await jsonOf(response, status);
    if (status === 200) expect(body.model).toBe(model);
    else expect(body.error.message).toBe(`${model} is not a valid model ID`);
  });

  it("stands in every chunk of a stream", async () => {
    const response = await ask(await keyOf("p1"), { model: "our-router", stream: true });
    const models = [...(await response.text()).matchAll(/"model":"([^"]*)"/g)].map(([, model]) => model);
    expect([...new Set(models)]).toEqual(["our-router"]);
  });
});

describe("a request without a model", () => {
  const modelOf = async (key: string, content: unknown = "Hi") => {
    const json = { messages: [{ role: "user", content }] };
    const response = await gateway.request("/chat/completions", { json, headers: bearer(key) });
    return (await jsonOf(response, 200)).model;
  };
  const setDefault = async (name: string | null) =>
    jsonOf(await gateway.manage("/workspaces/p1", { method: "PATCH", json: { default_text_model: name } }), 200);

  it("goes to the project's default, where that takes it, then to the first model of the catalogue that does", async () => {
    const key = await keyOf("p1");
    expect(await modelOf(key)).toBe("acme/one");
    expect(await modelOf(key, [IMAGE])).toBe("acme/two");
    await setDefault("ours");
    expect(await modelOf(await keyOf("p1"))).toBe("ours");
    expect(await modelOf(await keyOf("p1"), [IMAGE])).toBe("acme/two");
    expect(await modelOf(await keyOf("p2"))).toBe("acme/one");
    await setDefault(null);
  });
});

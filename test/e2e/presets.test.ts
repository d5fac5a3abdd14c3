import { afterAll, describe, expect, it } from "vitest";
import { openAiClient, openRouterClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("presets");
afterAll(() => world.close());
const { gateway } = world;
const { baseUrl } = gateway;
const management = openRouterClient({ baseUrl, key: gateway.managementKey });
const MESSAGES = [{ role: "user" as const, content: "Who is there?" }];

async function publish(slug: string, body: object): Promise<void> {
  await jsonOf(await gateway.manage(`/presets/${slug}/chat/completions`, { json: body }), 200);
}

describe("presets", () => {
  it("are made, listed and read by the official SDK", async () => {
    const chatRequest = {
      model: "demo/echo",
      temperature: 0.25,
      messages: [{ role: "system" as const, content: "Be brief." }, ...MESSAGES],
    };
    const { data: made } = await management.presets.createPresetsChatCompletions({ slug: "by-sdk", chatRequest });
    expect(made).toMatchObject({ slug: "by-sdk", status: "active" });
    expect(made.designatedVersion).toMatchObject({
      version: 1,
      systemPrompt: "Be brief.",
      config: { model: "demo/echo", temperature: 0.25 },
    });
    await management.presets.createPresetsChatCompletions({
      slug: "by-sdk",
      chatRequest: { ...chatRequest, temperature: 1 },
    });

    const { data: read } = await management.presets.get({ slug: "by-sdk" });
    expect(read).toMatchObject({ id: made.id, designatedVersion: { version: 2, config: { temperature: 1 } } });
    const listed = [];
    for await (const page of await management.presets.list()) listed.push(...page.result.data);
    expect(listed.map(({ slug }) => slug)).toContain("by-sdk");
    const versions = [];
    for await (const page of await management.presets.listVersions({ slug: "by-sdk", limit: 1 }))
      versions.push(...page.result.data);
    expect(versions.map((version) => version?.version)).toEqual([1, 2]);
    const { data: first } = await management.presets.getVersion({ slug: "by-sdk", version: "1" });
    expect(first).toEqual(made.designatedVersion);
  });

  it("fail in the official SDK with its own errors", async () => {
    const ordinary = openRouterClient({ baseUrl, key: gateway.key });
    const create = (client: typeof management, temperature: number) =>
      client.presets.createPresetsChatCompletions({
        slug: "refused",
        chatRequest: { messages: MESSAGES, temperature },
      });
    await expect(create(ordinary, 1)).rejects.toMatchObject({ name: "ForbiddenResponseError", statusCode: 403 });
    await expect(create(management, 9)).rejects.toMatchObject({ name: "BadRequestResponseError", statusCode: 400 });
    await expect(management.presets.get({ slug: "refused" })).rejects.toMatchObject({
      name: "NotFoundResponseError",
      statusCode: 404,
    });
  });
});

describe("a request with a preset", () => {
  it.each([
    { name: "as its model", slug: "alone", fields: (_: string) => ({ model: "@preset/alone" }) },
    { name: "with a variant", slug: "variant", fields: (_: string) => ({ model: "@preset/variant:nitro" }) },
    { name: "in a field", slug: "field", fields: (_: string) => ({ preset: "field" }) },
    { name: "behind its model", slug: "behind", fields: (model: string) => ({ model: `${model}@preset/behind` }) },
  ])("that names it $name is sent with what the preset adds", async ({ slug, fields }) => {
    const cast = await world.addModels(["m", "other"], { acme: json(completion("It is I.")) });
    const tools = [{ type: "function", function: { name: "look" } }];
    await publish(slug, {
      model: slug === "behind" ? cast.model(1) : cast.model(),
      system_prompt: "Be brief.",
      temperature: 0.25,
      max_tokens: 9,
      tools,
      cache_enabled: false,
    });
    const asked = { messages: MESSAGES, max_completion_tokens: 50, ...fields(cast.model()) };
    const answer = await gateway.request("/chat/completions", { json: asked });
    expect(await jsonOf(answer, 200)).toMatchObject({ model: cast.model() });
    const { body } = await cast.route("acme").visit(1);
    const messages = [{ role: "system", content: "Be brief." }, ...MESSAGES];
    expect(body).toMatchObject({ model: "m", temperature: 0.25, messages, tools });
    expect([body.max_tokens, body.max_completion_tokens].filter((limit) => limit !== undefined)).toEqual([50]);
    for (const field of ["preset", "cache_enabled", "system_prompt"]) expect(body).not.toHaveProperty(field);
  });

  it("is streamed by the openai SDK", async () => {
    await publish("streamed", { model: "demo/echo" });
    const client = openAiClient({ baseUrl, key: gateway.key });
    let text = "";
    for await (const chunk of await client.chat.completions.create({
      model: "@preset/streamed",
      messages: MESSAGES,
      stream: true,
    }))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toContain("Who is there?");
  });

  it.each([
    { fields: { model: "@preset/nowhere" }, field: "model" },
    { fields: { preset: "nowhere" }, field: "preset" },
    { fields: { model: "@preset/a", preset: "b" }, field: "preset" },
    { fields: { models: ["@preset/a"] }, field: "models.0" },
  ])("is refused with the field that is wrong: $fields", async ({ fields, field }) => {
    const answer = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields } });
    expect((await jsonOf(answer, 400)).error.metadata).toEqual({ error_type: "invalid_request", field });
  });
});

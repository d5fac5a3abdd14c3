import type { PublicEndpoint } from "@openrouter/sdk/models";
import type { GetModelsRequest } from "@openrouter/sdk/models/operations";
import { ListEndpointsResponse$inboundSchema } from "@openrouter/sdk/models/operations/listendpoints";
import { afterAll, describe, expect, it } from "vitest";
import type { Api } from "../../src/schema/catalogue.ts";
import { openRouterClient } from "../support/clients.ts";
import { DIALECTS, speak } from "../support/dialects.ts";
import { jsonOf } from "../support/gateway.ts";
import { ending, errorBody, ROLE, say } from "../support/openai-chat.ts";
import { type Answer, json, pause, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

/** The official SDK refuses what does not have the shape of the contract: here it reads every kind of answer. */
const world = await createWorld("typed");
const { gateway } = world;
const client = openRouterClient(gateway);
const anonymous = openRouterClient({ baseUrl: gateway.baseUrl, key: "" });
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "Which way?" }];
const APIS = Object.keys(DIALECTS) as Api[];
const speaking = (api: Api): Answer => speak(DIALECTS[api], { text: "Left.", reasoning: "Hm." });

async function generate(fields: object): Promise<string> {
  const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields } });
  await response.text();
  return response.headers.get("x-generation-id") ?? "";
}

function split(id: string): { author: string; slug: string } {
  const [author = "", slug = ""] = id.split("/");
  return { author, slug };
}

describe("the built-in catalogue", () => {
  it("is read by the SDK, every model with all its endpoints", async () => {
    const ids: string[] = [];
    for await (const page of await anonymous.models.list({ outputModalities: "all", limit: 200 }))
      ids.push(...page.result.data.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(400);
    let endpoints = 0;
    const refused: string[] = [];
    for (let from = 0; from < ids.length; from += 20) {
      const some = ids.slice(from, from + 20);
      await Promise.all(
        some.map(async (id) => {
          const listing = await jsonOf(await fetch(`${gateway.baseUrl}/models/${id}/endpoints`), 200);
          const parsed = ListEndpointsResponse$inboundSchema.safeParse(listing);
          if (parsed.success) endpoints += parsed.data.data.endpoints.length;
          else refused.push(`${id}: ${parsed.error.message}`);
        }),
      );
    }
    expect(refused).toEqual([]);
    expect(endpoints).toBeGreaterThan(ids.length);
  });

  it("would be refused with a field of another type", async () => {
    const listing = await jsonOf(await fetch(`${gateway.baseUrl}/models/demo/echo/endpoints`), 200);
    listing.data.endpoints[0].supports_tool_choice = null;
    expect(ListEndpointsResponse$inboundSchema.safeParse(listing).success).toBe(false);
  });

  it.each<GetModelsRequest>([
    { outputModalities: "all" },
    { outputModalities: "embeddings" },
    { q: "llama" },
    { sort: "newest" },
    { supportedParameters: "tools,reasoning" },
    { zdr: "true" },
  ])("is counted as it is listed: %j", async (query) => {
    let listed = 0;
    const limit = 30;
    for await (const page of await client.models.list({ ...query, limit })) listed += page.result.data.length;
    expect(listed).toBeGreaterThan(0);
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [
        name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
        String(value),
      ]),
    );
    const { data } = await jsonOf(await gateway.request(`/models/count?${search}`), 200);
    expect(data.count).toBe(listed);
  });
});

describe("a generation", () => {
  it.each(APIS.flatMap((api) => [true, false].map((stream) => ({ api, stream }))))(
    "is read by the SDK: $api, stream: $stream",
    async ({ api, stream }) => {
      const scene = await world.addModels(["m"], { only: { answer: speaking(api), provider: { api } } });
      const id = await generate({ model: scene.model(), stream, user: "u", session_id: "s", metadata: { a: "b" } });
      const { data } = await client.generations.getGeneration({ id });
      expect(data).toMatchObject({
        ...{ id, streamed: stream, cancelled: false, externalUser: "u", sessionId: "s", finishReason: "stop" },
        ...{ providerName: scene.displayName("only"), providerResponses: [{ status: 200 }] },
      });
      expect(data.totalCost).toBeGreaterThan(0);
      expect(data.nativeTokensPrompt).toBeGreaterThan(0);
    },
  );

  it.each([
    { name: "nobody answered", answer: json(errorBody("No."), { status: 500 }), reason: "error", cost: 0 },
    { name: "it broke off", answer: sse([ROLE, say("Le"), "fin"]), reason: "error", cost: expect.any(Number) },
  ])("is read by the SDK when $name", async ({ answer, reason, cost }) => {
    const scene = await world.addModels(["m"], { only: answer });
    const id = await generate({ model: scene.model(), stream: true });
    const { data } = await client.generations.getGeneration({ id });
    expect(data).toMatchObject({ finishReason: reason, totalCost: cost, cancelled: false });
  });

  it("is read by the SDK when no connection was made", async () => {
    const scene = await world.addModels(["m"], { only: { answer: json({}), baseUrl: "http://127.0.0.1:9/v1" } });
    const { data } = await client.generations.getGeneration({ id: await generate({ model: scene.model() }) });
    expect(data.providerName).toBeNull();
    expect(data.providerResponses?.[0]?.status).toBeNull();
  });
});

describe("what is measured", () => {
  /** Without a pause there is no time to measure. */
  const paced = sse([ROLE, say("Le"), pause(20), say("ft."), ending()]);
  const listingOf = async (reader: typeof client, id: string): Promise<PublicEndpoint[]> =>
    (await reader.endpoints.list(split(id))).data.endpoints;

  it("is told of each endpoint: uptime to all, speed to who has a key", async () => {
    const failing = json(errorBody("No."), { status: 500 });
    const scene = await world.addModels(["m"], { well: paced, ill: failing });
    for (const company of ["well", "ill"] as const)
      for (let count = 0; count < 6; count++)
        await generate({ model: scene.model(), stream: true, provider: { only: [scene.slug(company)] } });
    const [well, ill] = await listingOf(client, scene.model());
    const full = { uptimeLast5m: 100, uptimeLast30m: 100, uptimeLast1d: 100 };
    expect(well).toMatchObject({ tag: scene.slug("well"), ...full });
    expect(well?.latencyLast30m?.p50).toBeGreaterThanOrEqual(0);
    expect(well?.latencyLast30m?.p99).toBeLessThan(20_000);
    expect(well?.throughputLast30m?.p50).toBeGreaterThan(0);
    expect(ill).toMatchObject({ uptimeLast5m: 0, uptimeLast30m: 0, uptimeLast1d: 0, latencyLast30m: null });
    const [seen] = await listingOf(anonymous, scene.model());
    expect(seen).toMatchObject({ ...full, latencyLast30m: null, throughputLast30m: null });
  });

  it("is nothing before anybody has asked", async () => {
    const scene = await world.addModels(["m"], { only: speaking("openai-chat") });
    const [endpoint] = await listingOf(client, scene.model());
    expect(endpoint).toMatchObject({
      ...{ status: 0, uptimeLast5m: null, uptimeLast30m: null, uptimeLast1d: null },
      ...{ latencyLast30m: null, throughputLast30m: null },
    });
  });

  it("is told of zero-retention endpoints as well", async () => {
    const row = { answer: speaking("openai-chat"), provider: { data_policy: { training: false, retention_days: 0 } } };
    const scene = await world.addModels(["m"], { only: row });
    for (let count = 0; count < 6; count++) await generate({ model: scene.model(), stream: true });
    const own = async (reader: typeof client) =>
      (await reader.endpoints.listZdrEndpoints()).data.find(({ tag }) => tag === scene.slug("only"));
    expect(await own(client)).toMatchObject({ uptimeLast30m: 100, latencyLast30m: { p50: expect.any(Number) } });
    expect(await own(anonymous)).toMatchObject({ uptimeLast30m: 100, latencyLast30m: null });
  });
});

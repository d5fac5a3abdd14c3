import { describe, expect, it } from "vitest";
import { RouterError } from "../../../src/errors.ts";
import { errorResponse } from "../../../src/http/error-response.ts";
import { chat, errorOf, HELLO, MANAGEMENT_KEY, makeKey, send } from "../client.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function route(fields: object, key: string, headers?: Record<string, string>): Promise<any> {
  const json = { model: "demo/echo", messages: HELLO, ...fields };
  const response = await send("/api/v1/route", { key, json, ...(headers && { headers }) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
  return JSON.parse(text).data;
}

const { key } = await makeKey();

describe("a dry run", () => {
  it("tells the plan with its reasons, in short and in words, without calling anyone", async () => {
    const data = await route({ model: "demo/echo", max_tokens: 10 }, key);
    expect(data).toMatchObject({
      requested: "demo/echo",
      strategy: "direct",
      models: ["demo/echo"],
      endpoints: { total: 1, available: [{ provider: "Demo", model: "demo/echo", selected: false }] },
      candidates: [{ tag: "demo", provider: "Demo", model: "demo/echo", reason: "alone", dropped: [] }],
      excluded: [],
      seed: expect.any(Number),
    });
    const [{ max_cost: cost, why }] = data.candidates;
    expect(cost).toBeGreaterThan(0);
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(data.reservation).toEqual({ max_cost: cost });
    expect(data.prompt).toEqual({ tokens: expect.any(Number), least: expect.any(Number), error: expect.any(Number) });
    expect(data.prompt.least).toBeLessThan(data.prompt.tokens);
    expect(data).not.toHaveProperty("error");
  });

  it("reserves for the dearest of the candidates, by the client's cap", async () => {
    const models = ["demo/story", "demo/reasoner"];
    const [few, many] = [await route({ models, max_tokens: 10 }, key), await route({ models, max_tokens: 1000 }, key)];
    const costs = few.candidates.map((candidate: { max_cost: number }) => candidate.max_cost);
    expect(costs).toHaveLength(3);
    expect(few.reservation.max_cost).toBe(Math.max(...costs));
    expect(many.reservation.max_cost).toBeGreaterThan(few.reservation.max_cost * 2);
  });

  it("tells why nobody can serve it, as the answer itself would", async () => {
    const fields = { provider: { only: ["nobody"] } };
    const data = await route(fields, key);
    expect(data.candidates).toEqual([]);
    expect(data.excluded).toEqual([
      { tag: "demo", provider: "Demo", model: "demo/echo", reason: "not_allowed", why: expect.stringMatching(/\.$/) },
    ]);
    expect(data.reservation).toEqual({ max_cost: null });
    expect(data.error).toEqual(await errorOf(chat(key, fields), 404));
  });

  it.each([
    { name: "an unknown model", fields: { model: "no/such" }, status: 400 },
    { name: "a bad field", fields: { temperature: 9 }, status: 400 },
    { name: "an unknown preset", fields: { preset: "no-such-preset" }, status: 400 },
    {
      name: "a router that finds nothing",
      fields: { model: "openrouter/free", provider: { only: ["x"] } },
      status: 404,
    },
  ])("refuses $name as the answer would", async ({ fields, status }) => {
    const json = { model: "demo/echo", messages: HELLO, ...fields };
    const error = await errorOf(send("/api/v1/route", { key, json }), status);
    expect(error).toEqual(await errorOf(chat(key, fields), status));
  });

  it("needs a key that is good, and takes the management key too", async () => {
    const json = { model: "demo/echo", messages: HELLO };
    await errorOf(send("/api/v1/route", { json }), 401);
    await errorOf(send("/api/v1/route", { key: "sk-wrong", json }), 401);
    expect((await route({}, MANAGEMENT_KEY)).requested).toBe("demo/echo");
  });

  it("leaves no generation, and names none", async () => {
    const response = await send("/api/v1/route", { key, json: { model: "demo/echo", messages: HELLO } });
    expect(response.headers.get("x-generation-id")).toBeNull();
    expect(await response.text()).not.toContain("gen-");
  });

  it.each([undefined, { "x-session-id": "s-7" }])(
    "draws anew where nothing is gained by staying: %j",
    async (headers) => {
      const seeds = (await Promise.all([1, 2, 3].map(() => route({}, key, headers)))).map(({ seed }) => seed);
      expect(new Set(seeds).size).toBeGreaterThan(1);
    },
  );
});

describe("metadata beside an error", () => {
  it.each([
    { type: "not_found", isTold: true },
    { type: "provider_unavailable", isTold: true },
    { type: "server", isTold: false },
  ] as const)("$type: $isTold", async ({ type, isTold }) => {
    const error = new RouterError(type, "m");
    error.routing = { attempt: 0 };
    expect("openrouter_metadata" in (await errorResponse(error).json<object>())).toBe(isTold);
  });
});

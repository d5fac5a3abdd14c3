import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function generation(id: string | null, key?: string): Promise<any> {
  const response = await (key === undefined
    ? manage(`/api/v1/generation?id=${id}`)
    : send(`/api/v1/generation?id=${id}`, { key }));
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  return (await response.json<{ data: unknown }>()).data;
}

describe("a generation", () => {
  it("is readable as soon as its answer has ended", async () => {
    const { key } = await makeKey();
    const headers = { "http-referer": "https://app.test", "user-agent": "Test/1" };
    const response = await chat(key, { user: "anna", session_id: "s-1" }, { headers });
    const answer = await response.json<{ id: string; usage: { cost: number; prompt_tokens: number } }>();
    expect(await generation(answer.id, key)).toMatchObject({
      id: answer.id,
      model: "demo/echo",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      origin: "https://app.test",
      is_byok: false,
      total_cost: answer.usage.cost,
      usage: answer.usage.cost,
      cost_certainty: "exact",
      data_region: "global",
      tokens_prompt: answer.usage.prompt_tokens,
      native_tokens_prompt: answer.usage.prompt_tokens,
      provider_name: "Demo",
      provider_responses: [{ status: 200, provider_name: "Demo", endpoint_id: "demo" }],
      api_type: "completions",
      finish_reason: "stop",
      native_finish_reason: "stop",
      cancelled: false,
      streamed: false,
      user_agent: "Test/1",
      http_referer: "https://app.test",
      external_user: "anna",
      session_id: "s-1",
    });
  });

  it("has every key that the contract names, null where nothing is known", async () => {
    const { key } = await makeKey();
    const data = await generation((await chat(key)).headers.get("x-generation-id"), key);
    const keys = [
      ["id", "model", "created_at", "origin", "is_byok", "total_cost", "usage", "data_region"],
      ["upstream_inference_cost", "cache_discount", "tokens_prompt", "tokens_completion"],
      ["native_tokens_prompt", "native_tokens_completion", "native_tokens_reasoning", "native_tokens_cached"],
      ["native_tokens_completion_images", "num_media_prompt", "num_media_completion", "num_input_audio_prompt"],
      ["num_search_results", "num_fetches", "web_search_engine", "provider_name", "provider_responses", "upstream_id"],
      ["router", "service_tier", "preset_id", "workspace_id", "app_id", "api_type"],
      ["latency", "generation_time", "moderation_latency", "finish_reason", "native_finish_reason"],
      ["cancelled", "streamed", "http_referer", "user_agent", "external_user"],
    ].flat();
    expect(Object.keys(data)).toEqual(expect.arrayContaining(keys));
    for (const name of keys) expect(data[name]).not.toBeUndefined();
  });

  it("tells of a stream that broke", async () => {
    const { key } = await makeKey();
    const response = await chat(key, { model: "demo/fault-cut", stream: true });
    await response.text();
    const data = await generation(response.headers.get("x-generation-id"), key);
    expect(data).toMatchObject({
      finish_reason: "error",
      cancelled: false,
      streamed: true,
      cost_certainty: "at_least",
    });
    expect(data.total_cost).toBeGreaterThan(0);
  });

  it("tells of a request that nobody answered", async () => {
    const { key } = await makeKey();
    const response = await chat(key, { model: "demo/fault-429", models: ["demo/fault-500"] });
    await response.text();
    expect(await generation(response.headers.get("x-generation-id"), key)).toMatchObject({
      total_cost: 0,
      finish_reason: "error",
      provider_name: null,
      provider_responses: [
        { status: 429, failure: "rate_limited", model_permaslug: "demo/fault-429" },
        { status: 500, failure: "overloaded", model_permaslug: "demo/fault-500" },
      ],
    });
  });

  it("tells of a client that left", async () => {
    const { key } = await makeKey();
    const response = await chat(key, { model: "demo/story", stream: true });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.cancel();
    const data = await generation(response.headers.get("x-generation-id"), key);
    expect(data).toMatchObject({ cancelled: true, finish_reason: null, cost_certainty: "at_least" });
    expect(data.total_cost).toBeGreaterThan(0);
  });
});

describe("who may read a generation", () => {
  it("is the key that made it, and the management key", async () => {
    const { key } = await makeKey();
    const id = (await chat(key)).headers.get("x-generation-id");
    expect(await generation(id, key)).toMatchObject({ id });
    expect(await generation(id)).toMatchObject({ id });
  });

  it("is no other key, of whichever team", async () => {
    await manage("/api/v1/workspaces", { json: { id: "another", name: "Another" } });
    const [{ key }, colleague, stranger] = [
      await makeKey(),
      await makeKey(),
      await makeKey({ workspace_id: "another" }),
    ];
    const id = (await chat(key)).headers.get("x-generation-id");
    for (const other of [colleague.key, stranger.key])
      expect(await errorOf(send(`/api/v1/generation?id=${id}`, { key: other }), 404)).toMatchObject({ code: 404 });
  });

  it("is the management key also where it is another team's, and the key with a new token", async () => {
    await manage("/api/v1/workspaces", { json: { id: "elsewhere", name: "Elsewhere" } });
    const { key, data } = await makeKey({ workspace_id: "elsewhere" });
    const id = (await chat(key)).headers.get("x-generation-id");
    expect(await generation(id)).toMatchObject({ id, workspace_id: "elsewhere" });
    const named = (workspace: string) => manage(`/api/v1/generation?id=${id}&workspace_id=${workspace}`);
    expect((await named("elsewhere")).status).toBe(200);
    for (const other of ["default", "nowhere"]) expect((await named(other)).status).toBe(404);
    const rotated = await (await manage(`/api/v1/keys/${data.hash}/rotate`, { method: "POST" })).json<{
      key: string;
    }>();
    expect(await generation(id, rotated.key)).toMatchObject({ id });
  });

  it.each(["gen-1-unknown", "rubbish", "%00", "gen-1'--"])("is nobody where there is none: %s", async (id) => {
    const { key } = await makeKey();
    expect(await errorOf(send(`/api/v1/generation?id=${id}`, { key }), 404)).toMatchObject({
      metadata: { error_type: "not_found" },
    });
  });

  it("is asked for an id", async () => {
    const { key } = await makeKey();
    for (const path of ["/api/v1/generation", "/api/v1/generation?id="])
      expect(await errorOf(send(path, { key }), 400)).toMatchObject({ metadata: { field: "id" } });
  });
});

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  AnswerKeeper,
  type CachePreset,
  type CacheQuestion,
  type CacheWish,
  readCacheWish,
  renewJson,
  renewStream,
  repeatResponse,
  toCacheRecord,
  visitCache,
} from "../../../src/http/chat/response-cache.ts";
import { type CachedResponse, MAX_ENTRY_BYTES } from "../../../src/store/response-cache.ts";
import { fresh, recordOf } from "../../ledger/records.ts";

const CACHE = "x-openrouter-cache";
const TTL = "x-openrouter-cache-ttl";
const CLEAR = "x-openrouter-cache-clear";

describe("what a request wants of the cache", () => {
  it.each<[name: string, mode: CacheWish["mode"], headers: Record<string, string>, preset?: CachePreset]>([
    ["nothing is said", "off", {}],
    ["the header says yes", "on", { [CACHE]: "true" }],
    ["the header says yes, in its own spelling", "on", { "X-OpenRouter-Cache": " True " }],
    ["the header says no", "off", { [CACHE]: "false" }],
    ["the header says something else", "off", { [CACHE]: "1" }],
    ["the preset says yes", "on", {}, { cacheEnabled: true }],
    ["the preset says nothing", "off", {}, {}],
    ["the preset says nothing, the header yes", "on", { [CACHE]: "true" }, {}],
    ["the preset says yes, the header something else", "on", { [CACHE]: "maybe" }, { cacheEnabled: true }],
    ["the preset says yes, the header no", "off", { [CACHE]: "false" }, { cacheEnabled: true }],
    ["the preset says no", "off", {}, { cacheEnabled: false }],
    ["the preset says no, the header yes", "off", { [CACHE]: "true" }, { cacheEnabled: false }],
    ["the entry is to be cleared", "refresh", { [CACHE]: "true", [CLEAR]: "true" }],
    ["the preset's entry is to be cleared", "refresh", { [CLEAR]: "true" }, { cacheEnabled: true }],
    ["the entry is not to be cleared", "on", { [CACHE]: "true", [CLEAR]: "false" }],
    ["there is no entry to clear", "off", { [CLEAR]: "true" }],
    ["the header says no, and to clear", "off", { [CACHE]: "false", [CLEAR]: "true" }],
    ["the preset says no, the header to clear", "off", { [CACHE]: "true", [CLEAR]: "true" }, { cacheEnabled: false }],
  ])("when %s: %s", (_, mode, headers, preset) => {
    expect(readCacheWish(new Headers(headers), preset).mode).toBe(mode);
  });

  it.each<[header: string | undefined, preset: number | undefined, ttlSeconds: number]>([
    [undefined, undefined, 300],
    ["60", undefined, 60],
    ["1", undefined, 1],
    ["86400", undefined, 86_400],
    ["0", undefined, 1],
    ["86401", undefined, 86_400],
    ["99999999999999999999999", undefined, 86_400],
    ["120 seconds", undefined, 120],
    ["90.9", undefined, 90],
    ["1e5", undefined, 1],
    ["-5", undefined, 1],
    ["+60", undefined, 60],
    ["soon", undefined, 300],
    ["", undefined, 300],
    [undefined, 900, 900],
    [undefined, 0, 1],
    [undefined, 1e9, 86_400],
    ["60", 900, 60],
    ["soon", 900, 900],
  ])("a lifetime of %s, the preset's being %s: %s s", (header, cacheTtlSeconds, ttlSeconds) => {
    const headers = new Headers({ [CACHE]: "true", ...(header !== undefined && { [TTL]: header }) });
    expect(readCacheWish(headers, { cacheTtlSeconds }).ttlSeconds).toBe(ttlSeconds);
  });
});

const NOW_MS = 1_795_000_100_500;
const RENEWAL = { id: "gen-1795000100-new", createdAtMs: NOW_MS };
const USAGE = {
  prompt_tokens: 9,
  completion_tokens: 5,
  total_tokens: 14,
  is_byok: false,
  prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 2, image_tokens: 0, audio_tokens: 0 },
  estimated: true,
  cost: 0.25,
  cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: 0.125 },
};
const FREE = {
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  is_byok: false,
  prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0, audio_tokens: 0 },
  cost: 0,
  cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: 0 },
};
const ENVELOPE = { id: "gen-1795000000-old", object: "chat.completion", created: 1_795_000_000, model: "acme/one" };
const CHOICES = [
  {
    index: 0,
    message: { role: "assistant", content: "gen-1795000000-old costs 7", tool_calls: [{ id: "call_1" }] },
    logprobs: { content: [{ logprob: -0.1 }] },
    finish_reason: "stop",
  },
];

describe("an answer that is given again", () => {
  it("has an id, a time and a usage of its own, and is the same in all else", () => {
    const json = JSON.stringify({ ...ENVELOPE, choices: CHOICES, usage: USAGE, openrouter_metadata: { attempt: 1 } });
    const renewed = JSON.parse(renewJson(json, RENEWAL));
    expect(renewed).toStrictEqual({
      ...{ ...ENVELOPE, id: RENEWAL.id, created: 1_795_000_100 },
      ...{ choices: CHOICES, usage: FREE },
    });
    expect(Object.keys(renewed)).toEqual(["id", "object", "created", "model", "choices", "usage"]);
  });

  it("costs nothing also where the price was unknown", () => {
    const { cost: _, cost_details: __, ...unpriced } = USAGE;
    const renewed = JSON.parse(renewJson(JSON.stringify({ ...ENVELOPE, usage: unpriced }), RENEWAL));
    expect(renewed.usage.cost).toBe(0);
  });

  it("as a stream has them in every chunk, and no comment", () => {
    const delta = {
      ...ENVELOPE,
      choices: [{ index: 0, delta: { content: "data: \n\n: [DONE]" }, finish_reason: null }],
    };
    const last = { ...delta, usage: USAGE, openrouter_metadata: {} };
    const text = `: PROCESSING\n\ndata: ${JSON.stringify(delta)}\n\n: PROCESSING\n\ndata: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`;
    const head = { id: RENEWAL.id, created: 1_795_000_100 };
    expect(renewStream(text, RENEWAL)).toBe(
      `data: ${JSON.stringify({ ...delta, ...head })}\n\n` +
        `data: ${JSON.stringify({ ...delta, ...head, usage: FREE })}\n\ndata: [DONE]\n\n`,
    );
  });
});

const SOURCE = {
  id: "gen-1795000000-old",
  modelId: "acme/one",
  providerName: "Acme",
  isStreamed: false,
  finishReason: "tool_calls" as const,
  nativeFinishReason: "tool_use",
  serviceTier: "flex",
  replay: { turnKey: "t1", reasoningDetails: [{ type: "reasoning.text" as const, text: "Hm." }] },
};
const FOUND: CachedResponse = {
  body: JSON.stringify({ ...ENVELOPE, usage: USAGE }),
  headers: { "content-type": "application/json", "x-pointsman-dropped": "top_k" },
  source: SOURCE,
  createdAtMs: NOW_MS - 100_000,
  expiresAtMs: NOW_MS + 200_000,
};
const IDENTITY = { ...RENEWAL, keyHash: "hash", team: "default", client: { user: "anna" } };

describe("a hit", () => {
  it.each([
    { name: "later", atMs: NOW_MS, age: "100", ttl: "200" },
    { name: "at once", atMs: FOUND.createdAtMs, age: "0", ttl: "300" },
    { name: "by a clock that is behind", atMs: FOUND.createdAtMs - 5_000, age: "0", ttl: "300" },
    { name: "in its last second", atMs: FOUND.expiresAtMs - 1, age: "299", ttl: "1" },
  ])("says so in its headers, $name", async ({ atMs, age, ttl }) => {
    const response = repeatResponse(FOUND, { ...RENEWAL, createdAtMs: atMs });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "application/json",
      "x-pointsman-dropped": "top_k",
      "x-generation-id": RENEWAL.id,
      "x-openrouter-cache-status": "HIT",
      "x-openrouter-cache-ttl": ttl,
      "x-openrouter-cache-age": age,
      "x-openrouter-cache-source-id": SOURCE.id,
    });
    expect(await response.json()).toMatchObject({ id: RENEWAL.id, usage: { total_tokens: 0 } });
  });

  it("leaves a record that names its source", () => {
    expect(toCacheRecord(FOUND, IDENTITY)).toMatchObject({
      ...{ ...SOURCE, ...IDENTITY, responseCacheSourceId: SOURCE.id },
      ...{ outcome: "finished", costNanoUsd: 0, certainty: "exact", attempts: [], usage: { totalTokens: 0 } },
    });
  });
});

const QUESTION = { endpointType: "chat", model: "acme/one", isStream: false } as const;
const questionOf = (text: string, more: Partial<CacheQuestion> = {}): CacheQuestion => ({
  ...QUESTION,
  body: new TextEncoder().encode(text),
  ...more,
});
const ON: CacheWish = { mode: "on", ttlSeconds: 300 };

/** Visits of one key, and what they leave to do. */
function visitor(namespace = env.RESPONSES) {
  const works: Promise<unknown>[] = [];
  const keyHash = fresh("key");
  const visit = (question: CacheQuestion, wish = ON) =>
    visitCache(namespace, keyHash, question, wish, (work) => works.push(work));
  const keeperOf = async (question: CacheQuestion, wish = ON): Promise<AnswerKeeper> => {
    const { found, ...miss } = await visit(question, wish);
    if (!("keeper" in miss)) throw new Error(`a hit: ${JSON.stringify(found)}`);
    return miss.keeper as AnswerKeeper;
  };
  return { visit, keeperOf, stored: () => Promise.all(works), works };
}

const HEADERS = { "content-type": "application/json", "x-generation-id": "gen-1-old" };
const BODY = '{"model":"acme/one","messages":[]}';

describe("an answer that is generated", () => {
  it.each(["headers", "record"])("is kept, and found by the same request; the %s come last", async (last) => {
    const { visit, keeperOf, stored } = visitor();
    const replay = { turnKey: "t1", reasoningDetails: [{ type: "reasoning.text" as const, text: "Hm." }] };
    const record = recordOf({ isStreamed: false, replay });
    const keeper = await keeperOf(questionOf(BODY));
    expect(keeper.headers).toEqual({ "x-openrouter-cache-status": "MISS", "x-openrouter-cache-ttl": "300" });
    keeper.onText('{"a"');
    keeper.onText(":1}");
    if (last === "headers") keeper.onSettled(record);
    keeper.onHeaders(HEADERS);
    if (last === "record") keeper.onSettled(record);
    await stored();
    const { found } = await visit(questionOf(BODY));
    expect(found).toMatchObject({ body: '{"a":1}', headers: { "content-type": "application/json" } });
    expect(found?.headers).not.toHaveProperty("x-generation-id");
    expect(found?.source).toEqual({
      ...{ id: record.id, modelId: "acme/one", providerName: "Acme", isStreamed: false },
      ...{ finishReason: "stop", nativeFinishReason: "stop", serviceTier: null, replay },
    });
    expect((found?.expiresAtMs ?? 0) - (found?.createdAtMs ?? 0)).toBe(300_000);
  });

  it.each<[name: string, other: CacheQuestion]>([
    ["with its properties in another order", questionOf('{"messages":[],"model":"acme/one"}')],
    ["with a space more", questionOf('{"model": "acme/one","messages":[]}')],
    ["as a stream", questionOf(BODY, { isStream: true })],
    ["for another model", questionOf(BODY, { model: "acme/two" })],
    ["with a newer preset", questionOf(BODY, { presetVersion: 2 })],
    ["for no model", questionOf(BODY, { model: undefined })],
  ])("is not found by a request %s", async (_, other) => {
    const { visit, keeperOf, stored } = visitor();
    await keep(await keeperOf(questionOf(BODY)));
    await stored();
    expect((await visit(questionOf(BODY))).found?.body).toBe("{}");
    expect((await visit(other)).found).toBeUndefined();
  });

  it.each<[name: string, keep: (keeper: AnswerKeeper) => void]>([
    ["that was cut", (keeper) => keep(keeper, { outcome: "cut" })],
    ["that the client left", (keeper) => keep(keeper, { outcome: "cancelled" })],
    ["that failed", (keeper) => keep(keeper, { outcome: "failed" })],
    ["that ended in an error", (keeper) => keep(keeper, { finishReason: "error" })],
    ["without a text", (keeper) => keep(keeper, {}, "")],
    ["that is too long", (keeper) => keep(keeper, {}, "x".repeat(MAX_ENTRY_BYTES + 1))],
    [
      "that became too long",
      (keeper) => {
        for (let mebibytes = 0; mebibytes < 2; mebibytes++) keeper.onText("x".repeat(MAX_ENTRY_BYTES));
        keep(keeper);
      },
    ],
    ["that has not ended", (keeper) => keeper.onHeaders(HEADERS)],
  ])("%s is not kept", async (_, end) => {
    const { keeperOf, works } = visitor();
    end(await keeperOf(questionOf(BODY)));
    expect(works).toEqual([]);
  });

  it("takes the place of the earlier one when that is to be refreshed, which is gone at once", async () => {
    const { visit, keeperOf, stored } = visitor();
    keep(await keeperOf(questionOf(BODY)), {}, "first");
    await stored();
    const keeper = await keeperOf(questionOf(BODY), { mode: "refresh", ttlSeconds: 60 });
    expect((await visit(questionOf(BODY))).found).toBeUndefined();
    keep(keeper, {}, "second");
    await stored();
    expect((await visit(questionOf(BODY))).found?.body).toBe("second");
  });
});

function keep(keeper: AnswerKeeper, record: Parameters<typeof recordOf>[0] = {}, text = "{}"): void {
  keeper.onText(text);
  keeper.onHeaders(HEADERS);
  keeper.onSettled(recordOf(record));
}

describe("a cache that is down", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const fails = () => Promise.reject(new Error("internal error"));
  const hangs = () => new Promise<never>(() => {});
  const cacheThat = (act: () => Promise<never>) =>
    ({ getByName: () => ({ find: act, drop: act, store: act }) }) as unknown as typeof env.RESPONSES;

  it.each([
    { how: "fails", mode: "on", act: fails },
    { how: "fails", mode: "refresh", act: fails },
    { how: "hangs", mode: "on", act: hangs },
  ] as const)("and $how makes every request a miss ($mode), with a line in the log", async ({ act, mode }) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { visit } = visitor(cacheThat(act));
    expect((await visit(questionOf(BODY), { mode, ttlSeconds: 300 })).found).toBeUndefined();
    expect(log).toHaveBeenCalledOnce();
  });

  it("and cannot store has a line in the log, and no work that is refused", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const context = createExecutionContext();
    const place = { namespace: cacheThat(fails), keyHash: "hash", entryKey: "entry" };
    keep(new AnswerKeeper(place, 300, (work) => context.waitUntil(work)));
    await waitOnExecutionContext(context);
    expect(log).toHaveBeenCalledOnce();
  });
});

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  type CachedResponse,
  type CachePlace,
  dropResponse,
  findResponse,
  MAX_ENTRY_BYTES,
  storeResponse,
} from "../../src/store/response-cache.ts";
import { fresh } from "../ledger/records.ts";

const placeOf = (fields: Partial<CachePlace> = {}): CachePlace => ({
  namespace: env.RESPONSES,
  keyHash: fresh("key"),
  entryKey: "chat whole 00ff acme/one",
  ...fields,
});

/** An answer that was stored at `atMs` for `ttlSeconds`. */
function responseOf(body: string, ttlSeconds = 300, atMs = Date.now()): CachedResponse {
  return {
    body,
    headers: { "content-type": "application/json" },
    source: {
      id: "gen-1-source",
      modelId: "acme/one",
      providerName: "Acme",
      isStreamed: false,
      finishReason: "stop",
      nativeFinishReason: "end_turn",
      serviceTier: null,
    },
    createdAtMs: atMs,
    expiresAtMs: atMs + ttlSeconds * 1000,
  };
}

const objectOf = ({ namespace, keyHash }: CachePlace) => namespace.getByName(`responses:${keyHash}`);

/** The bodies' first characters, oldest first. */
const storedIn = (place: CachePlace) =>
  runInDurableObject(objectOf(place), (_, state) =>
    state.storage.sql
      .exec<{ head: string }>("select substr(body, 1, 8) as head from entry order by id")
      .toArray()
      .map(({ head }) => head),
  );
const alarmOf = (place: CachePlace) => runInDurableObject(objectOf(place), (_, state) => state.storage.getAlarm());

describe("an answer", () => {
  it("is found as it was stored, also after an eviction", async () => {
    const place = placeOf();
    const response = responseOf('{"content":"ü 🚂 \\u0000"}');
    await storeResponse(place, response);
    expect(await findResponse(place)).toEqual(response);
    await evictDurableObject(objectOf(place));
    expect(await findResponse(place)).toEqual(response);
  });

  it.each<[name: string, change: Partial<CachePlace>]>([
    ["another request", { entryKey: "chat whole 00fe acme/one" }],
    ["another key", { keyHash: "another" }],
  ])("is not found by %s", async (_, change) => {
    const place = placeOf();
    await storeResponse(place, responseOf("{}"));
    expect(await findResponse({ ...place, ...change })).toBeUndefined();
  });

  it("replaces an earlier one", async () => {
    const place = placeOf();
    await storeResponse(place, responseOf("first"));
    await storeResponse(place, responseOf("second"));
    expect((await findResponse(place))?.body).toBe("second");
    expect(await storedIn(place)).toEqual(["second"]);
  });

  it("is gone once it is dropped, and no other with it", async () => {
    const [place, neighbour] = [placeOf(), placeOf({ entryKey: "other" })];
    neighbour.keyHash = place.keyHash;
    await storeResponse(place, responseOf("a"));
    await storeResponse(neighbour, responseOf("b"));
    await dropResponse(place);
    expect(await findResponse(place)).toBeUndefined();
    expect((await findResponse(neighbour))?.body).toBe("b");
  });
});

describe("an answer that is on its way to the cache", () => {
  /** A cache that takes an answer after `delayMs` and then gives it back. */
  function slowCache(delayMs: number): CachePlace {
    let stored: CachedResponse | null = null;
    const store = async (_: string, response: CachedResponse) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      stored = response;
    };
    const namespace = { getByName: () => ({ store, find: async () => stored }) } as unknown as CachePlace["namespace"];
    return placeOf({ namespace });
  }

  it("is waited for by who asks in the same isolate", async () => {
    const place = slowCache(50);
    const storing = storeResponse(place, responseOf("{}"));
    expect((await findResponse(place))?.body).toBe("{}");
    await storing;
  });

  it("is waited for once and not for long", async () => {
    const place = slowCache(2_000);
    const storing = storeResponse(place, responseOf("{}"));
    const startMs = Date.now();
    expect(await findResponse(place)).toBeUndefined();
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(450);
    const againMs = Date.now();
    expect(await findResponse(place)).toBeUndefined();
    expect(Date.now() - againMs).toBeLessThan(100);
    await storing;
  });

  it("keeps nobody waiting for another one", async () => {
    const place = slowCache(2_000);
    const storing = storeResponse(place, responseOf("{}"));
    const startMs = Date.now();
    await findResponse({ ...place, entryKey: "other" });
    expect(Date.now() - startMs).toBeLessThan(100);
    await storing;
  });
});

describe("the lifetime of an answer", () => {
  it("ends to the millisecond", async () => {
    const place = placeOf();
    const response = responseOf("{}", 60, 1_000_000);
    await storeResponse(place, response);
    const cache = objectOf(place);
    expect(await cache.find(place.entryKey, response.expiresAtMs - 1)).toEqual(response);
    expect(await cache.find(place.entryKey, response.expiresAtMs)).toBeNull();
  });

  it("ends for those that have expired when the alarm rings, which then waits for the next", async () => {
    const place = placeOf();
    const now = Date.now();
    await storeResponse(place, responseOf("lasting", 86_400, now));
    await storeResponse({ ...place, entryKey: "b" }, responseOf("gone", 10, now - 30_000));
    expect(await alarmOf(place)).toBeLessThan(now + 60_000);
    await runDurableObjectAlarm(objectOf(place));
    expect(await storedIn(place)).toEqual(["lasting"]);
    expect(await alarmOf(place)).toBeGreaterThan(now + 86_400_000);
  });

  it("leaves no alarm behind when nothing is left", async () => {
    const place = placeOf();
    await storeResponse(place, responseOf("gone", 10, Date.now() - 30_000));
    await runDurableObjectAlarm(objectOf(place));
    expect(await storedIn(place)).toEqual([]);
    expect(await alarmOf(place)).toBeNull();
  });
});

describe("the room of the cache", () => {
  const mebibyte = (head: string) => head.padEnd(MAX_ENTRY_BYTES, ".");

  it.each([
    { name: "exactly fits", body: mebibyte("fits"), isStored: true },
    { name: "is a byte too long", body: `${mebibyte("long")}.`, isStored: false },
    { name: "is too long in bytes, not in characters", body: "ü".repeat(MAX_ENTRY_BYTES / 2 + 1), isStored: false },
  ])("for one answer: stored, when it $name: $isStored", async ({ body, isStored }) => {
    const place = placeOf();
    await storeResponse(place, responseOf(body));
    expect((await findResponse(place)) !== undefined).toBe(isStored);
  });

  it("for all: what has expired goes first, then the oldest", async () => {
    const place = placeOf();
    const store = (entryKey: string, ttlSeconds: number, atMs = Date.now()) =>
      storeResponse({ ...place, entryKey }, responseOf(mebibyte(`${entryKey} `), ttlSeconds, atMs));
    await store("first", 300);
    await store("expired", 1, Date.now() - 60_000);
    for (let number = 3; number <= 64; number++) await store(`n${number}`, 300);
    expect(await storedIn(place)).toHaveLength(64);
    await evictDurableObject(objectOf(place));
    await store("n65", 300);
    expect((await storedIn(place)).map((head) => head.split(" ")[0]).slice(0, 2)).toEqual(["first", "n3"]);
    await store("n66", 300);
    const heads = (await storedIn(place)).map((head) => head.split(" ")[0]);
    expect([heads.length, heads[0], heads.at(-1)]).toEqual([64, "n3", "n66"]);
  });
});

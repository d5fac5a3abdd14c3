import { createExecutionContext, env } from "cloudflare:test";
import { Context } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Observation } from "../../../src/dispatch/facts.ts";
import { HealthBook } from "../../../src/health/book.ts";
import { Cooldowns } from "../../../src/health/cooldown.ts";
import { LearnedLimits } from "../../../src/health/limits.ts";
import { type PlannedRequest, planRequest } from "../../../src/http/chat/planning.ts";
import type { AppEnv } from "../../../src/http/env.ts";
import type { ChatRequest } from "../../../src/schema/chat.ts";
import { catalogueOf, chatOf, type Extras, type Tags } from "../../routing/endpoints.ts";

const MINUTE = 60_000;
const CACHES = { pricing: { prompt: "0.000002", completion: "0.000002", input_cache_read: "0.000001" } };
const CACHES_FOR_NOTHING = { pricing: { ...CACHES.pricing, input_cache_read: "0.000002" } };
/** Six that are all alike: by chance alone a request comes to the same one again in one case of six. */
const TAGS: Tags = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((tag) => [tag, CACHES]));

const GOOD: Observation = { verdict: "success" };
const CACHED: Observation = { verdict: "success", usedCache: true };

let keys = 0;
let key = "";
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  key = `key-${keys++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

interface Asked {
  owner?: string;
  header?: string;
  tags?: Tags;
  extras?: Extras;
}

const memory = { health: new HealthBook(), cooldowns: new Cooldowns(), limits: new LearnedLimits() };

function plan(fields: Partial<ChatRequest>, { owner = key, header, tags = TAGS, extras }: Asked = {}): PlannedRequest {
  const catalogue = catalogueOf({ "acme/one": tags, "acme/two": tags }, extras);
  const headers = new Headers(header === undefined ? {} : { "x-session-id": header });
  const executionCtx = Object.assign(createExecutionContext(), { props: {} });
  const c = new Context<AppEnv>(new Request("http://127.0.0.1/", { headers }), { env, executionCtx });
  c.set("rehearsal", { catalogue, memory });
  return planRequest(c, chatOf(fields), catalogue, { owner });
}

/** Lets the endpoint with this tag be one that tells these facts. */
function tell({ plan: { candidates }, watch }: PlannedRequest, tag: string, facts: Observation): void {
  const found = candidates.find(({ endpoint }) => endpoint.tag === tag);
  if (!found) throw new Error(`${tag} is no candidate`);
  watch.observe?.(found.endpoint, facts);
}

/** Where the request goes because its conversation is there. */
function stickyOf({ plan: { candidates } }: PlannedRequest): string | undefined {
  const [first] = candidates;
  return first?.because === "sticky" ? first.endpoint.tag : undefined;
}

const turns = (...texts: string[]): Partial<ChatRequest> => ({
  messages: [
    { role: "system", content: "Be kind." },
    ...texts.map((content, index) => ({ role: index % 2 ? ("assistant" as const) : ("user" as const), content })),
  ],
});

describe("a conversation stays where its prompt is cached", () => {
  it.each<
    [name: string, first: Partial<ChatRequest>, facts: Observation, second: Partial<ChatRequest>, stays: boolean]
  >([
    ["by its session, after any answer", { session_id: "s" }, GOOD, { session_id: "s", ...turns("Bye") }, true],
    ["by its session, after a cached one", { session_id: "s" }, CACHED, { session_id: "s" }, true],
    ["not by another session", { session_id: "s" }, GOOD, { session_id: "t" }, false],
    ["by the key of its cache", { prompt_cache_key: "k" }, CACHED, { prompt_cache_key: "k", ...turns("Bye") }, true],
    [
      "by the key of its cache, but not before it was used",
      { prompt_cache_key: "k" },
      GOOD,
      { prompt_cache_key: "k" },
      false,
    ],
    ["by what it opens with", turns("Hi"), CACHED, turns("Hi", "Hello", "And then?"), true],
    [
      "by what it opens with, but not before the cache was used",
      turns("Hi"),
      GOOD,
      turns("Hi", "Hello", "And?"),
      false,
    ],
    ["not with another opening", turns("Hi"), CACHED, turns("Bye"), false],
    ["not at another model", { session_id: "s" }, GOOD, { session_id: "s", model: "acme/two" }, false],
    ["not after a failure", { session_id: "s" }, { verdict: "failure" }, { session_id: "s" }, false],
    ["not after its client left at once", { session_id: "s" }, { verdict: "neutral" }, { session_id: "s" }, false],
  ])("%s", (_, first, facts, second, stays) => {
    tell(plan(first), "d", facts);
    expect(stickyOf(plan(second))).toBe(stays ? "d" : undefined);
  });

  it("by the header of its session, which the field beats", () => {
    tell(plan({}, { header: "s" }), "d", GOOD);
    expect(stickyOf(plan({}, { header: "s" }))).toBe("d");
    expect(stickyOf(plan({ session_id: "s" }))).toBe("d");
    expect(stickyOf(plan({ session_id: "t" }, { header: "s" }))).toBeUndefined();
  });

  it.each<[name: string, row: object | number, stays: boolean]>([
    ["what it reads from the cache is cheaper", CACHES, true],
    ["it is as dear", CACHES_FOR_NOTHING, false],
    ["nothing is said of it", 1, false],
  ])("only where that saves money: %s", (_, row, stays) => {
    const tags = { ...TAGS, d: row };
    tell(plan({ session_id: "s" }, { tags }), "d", CACHED);
    expect(stickyOf(plan({ session_id: "s" }, { tags }))).toBe(stays ? "d" : undefined);
  });

  it("is another one for another key", () => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    expect(stickyOf(plan({ session_id: "s" }, { owner: "someone else" }))).toBeUndefined();
    expect(stickyOf(plan({ session_id: "s" }))).toBe("d");
  });

  it("for ten minutes, which every answer begins anew", () => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    vi.advanceTimersByTime(9 * MINUTE);
    const again = plan({ session_id: "s" });
    expect(stickyOf(again)).toBe("d");
    tell(again, "d", GOOD);
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(stickyOf(plan({ session_id: "s" }))).toBe("d");
    vi.advanceTimersByTime(1);
    expect(stickyOf(plan({ session_id: "s" }))).toBeUndefined();
  });

  it.each<[name: string, facts: Observation, stays: boolean]>([
    ["fails", { verdict: "failure" }, false],
    ["is too busy", { verdict: "rate_limited" }, false],
    ["does not like this request", { verdict: "neutral" }, true],
  ])("until its endpoint %s", (_, facts, stays) => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    const next = plan({ session_id: "s" });
    tell(next, "d", facts);
    expect(stickyOf(plan({ session_id: "s" }))).toBe(stays ? "d" : undefined);
  });

  it("whatever fails elsewhere", () => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    tell(plan({ session_id: "s" }), "a", { verdict: "failure" });
    expect(stickyOf(plan({ session_id: "s" }))).toBe("d");
  });

  it("or where it was answered when its endpoint failed", () => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    const next = plan({ session_id: "s" });
    tell(next, "d", { verdict: "failure" });
    tell(next, "b", GOOD);
    expect(stickyOf(plan({ session_id: "s" }))).toBe("b");
  });

  it("is not remembered where there is no choice", () => {
    tell(plan({ session_id: "s", provider: { only: ["d"] } }), "d", GOOD);
    expect(stickyOf(plan({ session_id: "s" }))).toBeUndefined();
  });
});

describe("chance", () => {
  const order = (planned: PlannedRequest) => planned.plan.candidates.map(({ endpoint }) => endpoint.tag).join("");
  const firsts = (count: number, asked: (index: number) => PlannedRequest) =>
    new Set(Array.from({ length: count }, (_, index) => order(asked(index))[0]));

  it("is the same in every isolate for a session that has a name", () => {
    const plans = Array.from({ length: 20 }, () => plan({ session_id: "s", ...turns(String(Math.random())) }));
    expect(new Set(plans.map(order)).size).toBe(1);
    expect(new Set(plans.map(({ record }) => record.seed)).size).toBe(1);
  });

  it("is another one for each session, and for each key's session of that name", () => {
    expect(firsts(60, (index) => plan({ session_id: `s${index}` })).size).toBeGreaterThan(3);
    expect(firsts(60, (index) => plan({ session_id: "s" }, { owner: `${key} ${index}` })).size).toBeGreaterThan(3);
  });

  it("is a new one for each request of a session that gains nothing by staying", () => {
    const tags = Object.fromEntries(Object.keys(TAGS).map((tag) => [tag, CACHES_FOR_NOTHING]));
    expect(firsts(60, () => plan({ session_id: "s" }, { tags })).size).toBeGreaterThan(3);
  });

  it("is a new one for each request without a name", () => {
    expect(firsts(60, () => plan(turns("Hi"))).size).toBeGreaterThan(3);
    expect(firsts(60, () => plan({ prompt_cache_key: "k" })).size).toBeGreaterThan(3);
  });
});

describe("what the operator wishes of a walk", () => {
  const wished = { continuation: true, timeouts: { first_token_ms: 500 } };
  it.each<[name: string, own: ChatRequest["provider"], provider: object]>([
    ["goes with a request that says nothing", undefined, wished],
    ["is less than what the client says", { continuation: false }, { ...wished, continuation: false }],
    ["stands beside what the client says", { order: ["a"] }, { ...wished, order: ["a"] }],
  ])("%s", (_, own, provider) => {
    const planned = plan(own ? { provider: own } : {}, { extras: { defaults: { provider: wished } } });
    expect(planned.chat.provider).toEqual(provider);
  });

  it("is nothing as a rule: then the request stays as it is", () => {
    expect(plan({ provider: { order: ["a"] } }).chat).toEqual(chatOf({ provider: { order: ["a"] } }));
  });
});

describe("the record of a plan", () => {
  it("says what it was made from", () => {
    tell(plan({ session_id: "s" }), "d", GOOD);
    const { record, route } = plan({ session_id: "s" });
    expect(record.request).toBe(route);
    expect(record.sticky).toMatchObject({ endpointId: "acme/one d", modelId: "acme/one" });
    expect(record.seed).toEqual(expect.any(Number));
    expect(plan({}).record).not.toHaveProperty("sticky");
  });
});

describe("when a second candidate starts beside the first", () => {
  const afterMs = (wish: unknown, extras?: Extras, stream = true) => {
    const provider = wish === undefined ? {} : { hedge: wish as boolean };
    const { watch, plan: made } = plan({ provider, stream }, extras ? { extras } : {});
    const [first] = made.candidates;
    return first && watch.hedgeAfterMs?.(first.endpoint);
  };

  it.each<[name: string, wish: unknown, defaults: Extras | undefined, expected: number | undefined]>([
    ["never, unless somebody asks", undefined, undefined, undefined],
    ["never, where the client says no", false, undefined, undefined],
    ["when it is later than usual", true, undefined, 1_000],
    ["when it is later than the client says", { after_ms: 70 }, undefined, 70],
    ["at once, if the client says so", { after_ms: 0 }, undefined, 0],
    ["when it is later than usual, where the client does not say when", {}, undefined, 1_000],
    ["as the operator says", undefined, { defaults: { provider: { hedge: { after_ms: 90 } } } }, 90],
    ["as the client says, whatever the operator", { after_ms: 70 }, { defaults: { provider: { hedge: true } } }, 70],
    [
      "never, where the client says no, whatever the operator",
      false,
      { defaults: { provider: { hedge: true } } },
      undefined,
    ],
  ])("%s", (_, wish, extras, expected) => {
    expect(afterMs(wish, extras)).toBe(expected);
  });

  it("is given for an answer in one piece, or there is none: first tokens do not tell when it is late", () => {
    expect(afterMs(true, undefined, false)).toBeUndefined();
    expect(afterMs({ after_ms: 70 }, undefined, false)).toBe(70);
  });

  it("is not known for whole answers, whose first token nobody sees", () => {
    expect(plan({ provider: { hedge: true } }).watch.hedgeAfterMs).toBeUndefined();
    expect(plan({ provider: { hedge: { after_ms: 70 } } }).watch.hedgeAfterMs).toBeDefined();
  });

  it("is learnt from what its endpoint usually takes", () => {
    const extras: Extras = {};
    const tags = { "slow/learnt": CACHES };
    const planned = plan({ provider: { hedge: true }, stream: true }, { tags, extras });
    for (let count = 0; count < 100; count++) tell(planned, "slow/learnt", { verdict: "success", latencyMs: 3_000 });
    const [first] = plan({ provider: { hedge: true }, stream: true }, { tags, extras }).plan.candidates;
    const learnt = first && planned.watch.hedgeAfterMs?.(first.endpoint);
    expect(learnt).toBeGreaterThan(4_000);
    expect(learnt).toBeLessThan(5_000);
  });
});

it("what attempts tell comes into the health that plans are made with", () => {
  const tags = { "sick/one": 1, "sick/two": 100 };
  const before = plan({ provider: { sort: "latency" } }, { tags });
  for (let count = 0; count < 20; count++) {
    tell(before, "sick/one", { verdict: "success", latencyMs: 900 });
    tell(before, "sick/two", { verdict: "success", latencyMs: 90 });
  }
  const after = plan({ provider: { sort: "latency" } }, { tags });
  expect(after.plan.candidates.map(({ endpoint }) => endpoint.tag)).toEqual(["sick/two", "sick/one"]);
});

describe("the walk's wishes", () => {
  it.each<[name: string, own: ChatRequest["provider"], operators: object, expected: object]>([
    ["are the client's", { continuation: false }, { continuation: true }, { continuation: false }],
    ["are the operator's where the client has none", {}, { continuation: true }, { continuation: true }],
    ["are each one's", { hedge: true }, { allow_fallbacks: false }, { hedge: true, allow_fallbacks: false }],
    ["leave the request alone where there are none", { order: ["a"] }, {}, { order: ["a"] }],
  ])("%s", (_, own, operators, expected) => {
    const { chat } = plan({ provider: own }, { extras: { defaults: { provider: operators } } });
    expect(chat.provider).toEqual(expected);
  });
});

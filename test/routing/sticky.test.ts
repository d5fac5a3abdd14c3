import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/routing/random.ts";
import { conversationOf, rewardsStaying } from "../../src/routing/sticky.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import {
  catalogueOf,
  chatOf,
  healthOf,
  outages,
  planOf,
  rankReasonsOf,
  steady,
  type Tags,
  tagsOf,
} from "./endpoints.ts";

const at = (tag: string, modelId = "acme/one") => ({ endpointId: `${modelId} ${tag}`, modelId });
const TAGS: Tags = { a: 1, b: 2, c: 3 };
const WELL = outages();

describe("a conversation", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, health: typeof WELL, tags: string[]]>([
    ["stays where it is", {}, WELL, ["c", "a", "b"]],
    ["leaves an outage", {}, outages("c"), ["a", "b", "c"]],
    ["leaves one that fails often", {}, healthOf({ c: { uptime: 0.79 } }), ["a", "b", "c"]],
    ["stays at one that fails now and then", {}, healthOf({ c: { uptime: 0.8 } }), ["c", "a", "b"]],
    ["leaves for an order", { provider: { order: ["b"] } }, WELL, ["b", "a", "c"]],
    ["leaves for an order of nobody", { provider: { order: ["zzz"] } }, WELL, ["a", "b", "c"]],
    ["leaves for a sort", { provider: { sort: "price" } }, WELL, ["a", "b", "c"]],
    ["leaves for a sorting variant", { model: "acme/one:floor" }, WELL, ["a", "b", "c"]],
    ["leaves one that is not allowed", { provider: { only: ["a", "b"] } }, WELL, ["a", "b"]],
    ["leaves one that is ignored", { provider: { ignore: ["c"] } }, WELL, ["a", "b"]],
    ["stays without fallbacks", { provider: { allow_fallbacks: false } }, WELL, ["c"]],
    [
      "leaves one that is too slow",
      { provider: { preferred_max_latency: 1 } },
      healthOf({ c: { latencyMs: steady(2000) } }),
      ["a", "b", "c"],
    ],
    ["is not drawn to another tier", { service_tier: "priority" }, WELL, ["c", "a", "b"]],
  ])("%s", (_, chat, health, tags) => {
    expect(tagsOf(planOf({ "acme/one": TAGS }, chat, { health, sticky: at("c") }))).toEqual(tags);
  });

  it("goes before the service tier", () => {
    const tags = { a: 1, b: 2, "b/priority": 3 };
    const plan = planOf({ "acme/one": tags }, { service_tier: "priority" }, { sticky: at("b") });
    expect(tagsOf(plan)).toEqual(["b", "b/priority", "a"]);
    expect(rankReasonsOf(plan)[0]).toBe("sticky");
  });

  it("comes after a team's own key", () => {
    const extras = { providers: { a: { key: { secret: "A_KEY", byok: true } } } };
    expect(tagsOf(planOf({ "acme/one": TAGS }, {}, { extras, sticky: at("c") }))).toEqual(["a", "c", "b"]);
  });

  it("does not reach above another model that is asked before it", () => {
    const plan = planOf(
      { "acme/one": TAGS, "acme/two": { d: 1, c: 9 } },
      { models: ["acme/two"] },
      { sticky: at("c", "acme/two") },
    );
    expect(tagsOf(plan)).toEqual(["a", "b", "c", "acme/two c", "acme/two d"]);
  });

  it("at an endpoint that is gone changes nothing", () => {
    expect(tagsOf(planOf({ "acme/one": TAGS }, {}, { sticky: at("zzz") }))).toEqual(["a", "b", "c"]);
  });

  it("draws the others as ever", () => {
    const firsts = new Set<string | undefined>();
    for (let seed = 0; seed < 100; seed++)
      firsts.add(
        tagsOf(planOf({ "acme/one": { a: 1, b: 1, c: 1 } }, {}, { sticky: at("c"), random: seededRandom(seed) }))[1],
      );
    expect(firsts).toEqual(new Set(["a", "b"]));
  });
});

describe("what tells a conversation", () => {
  const system = { role: "system" as const, content: "Be kind." };
  const user = { role: "user" as const, content: "Hi" };
  const id = (chat: Partial<ChatRequest>, header: string | null = null) => conversationOf(chatOf(chat), header).id;
  const turns = (...texts: string[]): Partial<ChatRequest> => ({
    messages: [
      system,
      ...texts.map((content, index) => ({ role: index % 2 ? ("assistant" as const) : ("user" as const), content })),
    ],
  });

  it.each<[name: string, chat: Partial<ChatRequest>, header: string | null, isNamed: boolean]>([
    ["its session", { session_id: "s" }, null, true],
    ["its session's header", {}, "s", true],
    ["its session, whatever the header", { session_id: "s" }, "t", true],
    ["its session, whatever the cache", { session_id: "s", prompt_cache_key: "k" }, null, true],
    ["its session, whatever it says", { session_id: "s", ...turns("Bye") }, null, true],
  ])("first: %s", (_, chat, header, isNamed) => {
    expect(conversationOf(chatOf(chat), header)).toEqual({ id: id({ session_id: "s" }), isNamed });
  });

  it.each<[name: string, chat: Partial<ChatRequest>, header: string | null]>([
    ["the key of its cache", { prompt_cache_key: "k" }, null],
    ["with an empty session", { prompt_cache_key: "k", session_id: "" }, ""],
    ["whatever it says", { prompt_cache_key: "k", ...turns("Bye") }, null],
  ])("then: %s", (_, chat, header) => {
    expect(conversationOf(chatOf(chat), header)).toEqual({ id: id({ prompt_cache_key: "k" }), isNamed: false });
  });

  it.each<[name: string, one: Partial<ChatRequest>, other: Partial<ChatRequest>, isSame: boolean]>([
    ["a later turn", turns("Hi"), turns("Hi", "Hello", "How are you?"), true],
    ["another opening", turns("Hi"), turns("Bye"), false],
    [
      "another instruction",
      { messages: [system, user] },
      { messages: [{ ...system, content: "Be rude." }, user] },
      false,
    ],
    ["no instruction", { messages: [system, user] }, { messages: [user] }, false],
    [
      "the developer's instruction",
      { messages: [system, user] },
      { messages: [{ role: "developer", content: "Be kind." }, user] },
      true,
    ],
    ["an instruction that comes later", { messages: [system, user] }, { messages: [user, system] }, true],
    [
      "an image in the opening",
      { messages: [user] },
      { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] },
      false,
    ],
    ["another model", { model: "acme/one" }, { model: "acme/two" }, true],
    ["another temperature", { temperature: 1 }, { temperature: 2 }, true],
    ["a long opening that differs at the end", turns("x".repeat(20_001)), turns(`${"x".repeat(20_000)}y`), true],
    ["a long opening that differs before", turns("x".repeat(20_001)), turns(`${"x".repeat(19_999)}yx`), false],
  ])("else its opening: %s", (_, one, other, isSame) => {
    expect(id(one) === id(other)).toBe(isSame);
  });

  it("is not taken for another kind of the same text", () => {
    const ids = [
      id({ session_id: "x" }),
      id({ prompt_cache_key: "x" }),
      id({ messages: [{ role: "user", content: "x" }] }),
    ];
    expect(new Set(ids).size).toBe(3);
  });

  it("keeps a header that is too long to its first 256 characters", () => {
    expect(id({}, "s".repeat(300))).toBe(id({ session_id: "s".repeat(256) }));
  });

  it("can be read from nothing that is kept", () => {
    expect(id({ session_id: "my secret session" })).toMatch(/^[0-9a-z]{8,14}$/);
  });

  it("is another one for each of many sessions", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => id({ session_id: `session-${index}` }));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it.each<[pricing: object | undefined, isRewarded: boolean]>([
  [{ prompt: "0.000002", completion: "0", input_cache_read: "0.000001" }, true],
  [{ prompt: "0.000002", completion: "0", input_cache_read: "0.000002" }, false],
  [{ prompt: "0.000002", completion: "0" }, false],
  [{ prompt: "0", completion: "0", input_cache_read: "0" }, false],
  [undefined, false],
])("staying at an endpoint with prices %j saves money: %s", (pricing, isRewarded) => {
  const [endpoint] =
    catalogueOf({ "acme/one": { a: { ...(pricing && { pricing }) } } }).model("acme/one")?.endpoints ?? [];
  expect(endpoint && rewardsStaying(endpoint)).toBe(isRewarded);
});

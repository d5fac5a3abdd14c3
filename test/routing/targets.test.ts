import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainEmpty } from "../../src/routing/explain-empty.ts";
import type { Plan, PlanInput } from "../../src/routing/plan.ts";
import { seededRandom } from "../../src/routing/random.ts";
import { drawMembers, type Gate, type GateState, type TrafficView } from "../../src/routing/targets.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { type Extras, NOW_MS, planOf, reasonsOf, requestOf, type Tags } from "./endpoints.ts";

const IMAGE = [
  { role: "user" as const, content: [{ type: "image_url" as const, image_url: { url: "https://x.test/a.png" } }] },
];
const MODELS: Record<string, Tags> = {
  "acme/a": { a: 1 },
  "acme/b": { b: 1 },
  "acme/c": { c: 1 },
  "acme/d": { d1: 1, d2: 10_000 },
  "acme/e": { e: 1 },
  "acme/f": { f: 1 },
  "acme/g": { g: 1 },
  "acme/see": { s: 1 },
};
const ROWS: Extras["rows"] = { "acme/see": { input_modalities: ["text", "image"] } };
for (const id of Object.keys(MODELS)) ROWS[id] ??= { input_modalities: ["text"] };

interface Names {
  aliases?: Record<string, object>;
  routers?: Record<string, object>;
  defaults?: object;
}

/** Gates that are shut, by keeper and target; a word alone is why, for ten seconds. */
type Shuts = Record<string, "rate_limited" | "cooling_down" | GateState["shut"]>;

function trafficOf(shuts: Shuts): TrafficView {
  return {
    of({ keeper, target }: Gate) {
      const shut = shuts[keeper === `alias:${target}` ? keeper : `${keeper} ${target}`];
      const full = typeof shut === "string" ? { why: shut, untilMs: NOW_MS + 10_000 } : shut;
      return { requests: 0, tokens: 0, ...(full && { shut: full }) };
    },
  };
}

function plan(
  names: Names,
  chat: Partial<ChatRequest>,
  { shuts = {}, ...input }: Partial<PlanInput> & { shuts?: Shuts } = {},
): Plan {
  return planOf(MODELS, chat, { extras: { rows: ROWS, ...names }, traffic: trafficOf(shuts), ...input });
}

/** Tags of the candidates, in order. */
const walkOf = ({ candidates }: Plan) => candidates.map(({ endpoint }) => endpoint.tag).join(" ");

const router = (members: object[], fields: object = {}): Names => ({ routers: { r: { members, ...fields } } });
/** Members that come in this order, almost always. */
const inOrder = (...members: object[]): object[] =>
  members.map((member, index) => ({ weight: 10 ** (12 - 6 * index), ...member }));

describe("a router's plan", () => {
  const [A, B, C] = ["a", "b", "c"].map((name) => ({ target: `acme/${name}` })) as [object, object, object];
  const random = seededRandom(7);
  const limited = { rpm: 5 };
  it.each<[name: string, names: Names, shuts: Shuts, walk: string, chat?: Partial<ChatRequest>]>([
    ["has the members in the order of the draw", router(inOrder(A, B, C)), {}, "a b c"],
    ["has all endpoints of a member before the next", router(inOrder({ target: "acme/d" }, A)), {}, "d1 d2 a"],
    [
      "has members without a weight last, in their order",
      router([{ ...C, weight: 0 }, { ...A, weight: 0 }, B]),
      {},
      "b c a",
    ],
    ["has a fallback behind its member", router(inOrder({ ...A, fallbacks: ["acme/e", "acme/f"] }, B)), {}, "a e f b"],
    [
      "has every target once",
      router(inOrder({ ...A, fallbacks: ["acme/b", "acme/e"] }, { ...B, fallbacks: ["acme/e"] }, C)),
      {},
      "a b e c",
    ],
    [
      "has a member that fallbacks name at the first of its places",
      router(inOrder({ ...A, fallbacks: ["acme/c"] }, B, C)),
      {},
      "a c b",
    ],
    [
      "leaves out who is at its limit",
      router(inOrder({ ...A, ...limited }, B, C)),
      { "router:r acme/a": "rate_limited" },
      "b c",
    ],
    ["leaves out who cools down", router(inOrder(A, B, C)), { "router:r acme/b": "cooling_down" }, "a c"],
    [
      "has fallbacks of who is out only when all others have failed",
      router(inOrder({ ...A, fallbacks: ["acme/e"] }, { ...B, fallbacks: ["acme/f"] })),
      { "router:r acme/a": "rate_limited" },
      "b f e",
    ],
    [
      "leaves out fallbacks that are out as members",
      router(inOrder({ ...A, fallbacks: ["acme/c", "acme/e"] }, C)),
      { "router:r acme/c": "cooling_down" },
      "a e",
    ],
    [
      "has who is without a weight when the others are out",
      router([A, { ...B, weight: 0 }]),
      { "router:r acme/a": "rate_limited" },
      "b",
    ],
    [
      "passes over who cannot serve the request, with its fallbacks",
      router(inOrder({ ...A, fallbacks: ["acme/e"] }, { target: "acme/see" })),
      {},
      "s",
      { messages: IMAGE },
    ],
    [
      "goes to six targets",
      router([
        { ...A, fallbacks: ["acme/b", "acme/c", "acme/d", "acme/e", "acme/f"] },
        { target: "acme/g", weight: 0 },
      ]),
      {},
      "a b c d1 d2 e f",
    ],
    [
      "counts six without those that are out",
      router([
        { ...A, fallbacks: ["acme/b", "acme/c", "acme/d", "acme/e", "acme/f"] },
        { target: "acme/b", rpm: 1, weight: 0 },
        { target: "acme/g", weight: 0 },
      ]),
      { "router:r acme/b": "rate_limited" },
      "a c d1 d2 e f g",
    ],
    ["goes to one target without fallbacks", router(inOrder(A, B)), {}, "a", { provider: { allow_fallbacks: false } }],
    [
      "goes to the first one available without fallbacks",
      router(inOrder({ ...A, ...limited, fallbacks: ["acme/e"] }, B)),
      { "router:r acme/a": "rate_limited" },
      "b",
      { provider: { allow_fallbacks: false } },
    ],
    [
      "goes to one target in the order of its providers",
      router(inOrder({ target: "acme/d" }, A)),
      {},
      "d2 d1",
      { provider: { allow_fallbacks: false, order: ["a", "d2", "d1"] } },
    ],
    [
      "stays in its order where one list of models is asked for",
      router(inOrder(B, A)),
      {},
      "b a",
      { provider: { sort: { by: "price", partition: "none" } } },
    ],
    ["is followed by other models", router(inOrder(A, B)), {}, "a b g", { models: ["acme/g"] }],
  ])("%s", (_, names, shuts, walk, chat) => {
    expect(walkOf(plan(names, { model: "r", ...chat }, { shuts, random }))).toBe(walk);
  });

  it("reads an alias as its target, with the alias's own limits and fallbacks", () => {
    const names: Names = {
      aliases: { one: { model: "acme/a", rpm: 3, fallbacks: ["acme/e"] }, two: { model: "acme/b" } },
      ...router(inOrder({ target: "one" }, { target: "two", fallbacks: ["acme/f"] })),
    };
    expect(walkOf(plan(names, { model: "r" }, { random }))).toBe("a e b f");
    const shut = plan(names, { model: "r" }, { random, shuts: { "alias:one": "rate_limited" } });
    expect([walkOf(shut), reasonsOf(shut)]).toEqual(["b f e", { a: "rate_limited" }]);
    names.routers = { r: { members: inOrder({ target: "one", fallbacks: [] }, { target: "two" }) } };
    expect(walkOf(plan(names, { model: "r" }, { random }))).toBe("a b");
  });

  it("tells of every member what is in its way", () => {
    const names = router(inOrder({ ...A, rpm: 5, tpm: 100 }, B, { target: "acme/see" }));
    const { params, excluded } = plan(
      names,
      { model: "r" },
      { random, shuts: { "router:r acme/a": "rate_limited", "router:r acme/b": "cooling_down" } },
    );
    const returns_at = new Date(NOW_MS + 10_000).toISOString();
    expect(params).toEqual({
      members: [
        { target: "acme/a", weight: 1e12, state: "rate_limited", returns_at, rpm: 5, requests: 0, tpm: 100, tokens: 0 },
        { target: "acme/b", weight: 1e6, state: "cooling_down", returns_at },
        { target: "acme/see", weight: 1, state: "available" },
      ],
    });
    expect(excluded.map(({ endpoint, reason }) => [endpoint.tag, reason])).toEqual([
      ["a", "rate_limited"],
      ["b", "cooling_down"],
    ]);
  });

  it("does not ask endpoint health about members, and does about their fallbacks", () => {
    const names = router(inOrder({ ...A, fallbacks: ["acme/e"] }, B));
    const cold = {
      of: ({ tag }: { tag: string }) =>
        tag === "b" ? undefined : ({ untilMs: NOW_MS + 5_000, why: "rate_limited" } as const),
      mayProbe: () => false,
    };
    expect(walkOf(plan(names, { model: "r" }, { random, cold }))).toBe("a b");
    expect(walkOf(plan(names, { model: "acme/a" }, { random, cold }))).toBe("");
  });
});

describe("whoever is available", () => {
  const members = [1, 2, 3, 0, 4].map((weight, index) => ({ target: `t${index}`, weight }));

  it("is first as often as its weight says, whoever else is out", () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 4], { minLength: 1 }), fc.integer(), (available, seed) => {
        const random = seededRandom(seed);
        const firsts = new Map<string, number>();
        const RUNS = 2_000;
        for (let run = 0; run < RUNS; run++) {
          const first = drawMembers(members, random).find(({ member }) =>
            available.some((index) => member.target === `t${index}`),
          );
          const name = first?.member.target ?? "";
          firsts.set(name, (firsts.get(name) ?? 0) + 1);
        }
        const sum = available.reduce((total, index) => total + (members[index]?.weight ?? 0), 0);
        for (const index of available) {
          const share = (members[index]?.weight ?? 0) / sum;
          // Five standard deviations.
          const bound = 5 * Math.sqrt(RUNS * share * (1 - share)) + 1;
          expect(Math.abs((firsts.get(`t${index}`) ?? 0) - RUNS * share)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 15, seed: 11 },
    );
  });

  it("is the same for the same chance, in the plan with a gate shut as in the one without", () => {
    const names = router(["a", "b", "c", "e", "f"].map((name) => ({ target: `acme/${name}`, rpm: 1 })));
    fc.assert(
      fc.property(fc.integer(), fc.subarray(["a", "b", "c", "e", "f"]), (seed, shut) => {
        const shuts: Shuts = Object.fromEntries(shut.map((name) => [`router:r acme/${name}`, "rate_limited"]));
        const open = walkOf(plan(names, { model: "r" }, { random: seededRandom(seed) })).split(" ");
        const left = walkOf(plan(names, { model: "r" }, { random: seededRandom(seed), shuts }));
        expect(left).toBe(open.filter((tag) => !shut.includes(tag)).join(" "));
      }),
      { numRuns: 200 },
    );
  });
});

describe("any plan of a router", () => {
  const ids = Object.keys(MODELS);
  const target = fc.constantFrom(...ids, "one", "two");
  const member = fc.record(
    {
      target,
      weight: fc.constantFrom(0, 1, 5),
      rpm: fc.constantFrom(1, 100),
      fallbacks: fc.uniqueArray(target, { maxLength: 4 }),
    },
    { requiredKeys: ["target"] },
  );
  const members = fc.uniqueArray(member, { selector: ({ target: name }) => name, minLength: 1, maxLength: 8 });
  const gates = [...ids, "one", "two"].map((name) => `router:r ${name}`);
  const situation = fc.record({
    members,
    shut: fc.subarray([...gates, "alias:one"]),
    seed: fc.integer(),
    allow_fallbacks: fc.boolean(),
    seesImages: fc.boolean(),
  });
  const aliases = { one: { model: "acme/a", rpm: 5, fallbacks: ["two"] }, two: { model: "acme/d", provider: "d1" } };

  it("is the same for the same chance, goes to six targets or fewer, to nobody twice, and to nobody who is shut", () => {
    fc.assert(
      fc.property(situation, ({ members: own, shut, seed, allow_fallbacks, seesImages }) => {
        const shuts: Shuts = Object.fromEntries(shut.map((name) => [name, "cooling_down"]));
        const chat = { model: "r", provider: { allow_fallbacks }, ...(seesImages && { messages: IMAGE }) };
        const make = () => plan({ aliases, ...router(own) }, chat, { shuts, random: seededRandom(seed) });
        const { candidates, excluded } = make();
        expect(make()).toEqual(make());
        const targets = [...new Set(candidates.map(({ target: of }) => of?.name))];
        expect(targets.length).toBeLessThanOrEqual(allow_fallbacks ? 6 : 1);
        const all = [...candidates, ...excluded].map(({ endpoint }) => endpoint.id);
        expect(all).toEqual([...new Set(all)]);
        for (const { target: of } of candidates) {
          expect(shut).not.toContain(`router:r ${of?.member ? of.name : ""}`);
          if (of?.name === "one") expect(shut).not.toContain("alias:one");
        }
        // Somebody who is available is asked: a member first of all.
        const isOpen = ({ target: name }: { target: string }) =>
          !shut.includes(`router:r ${name}`) && !(name === "one" && shut.includes("alias:one"));
        const fit = own.filter(({ target: name }) => !seesImages || name === "acme/see").filter(isOpen);
        if (fit.length > 0) expect(candidates[0]?.target?.member).toBeDefined();
        const hasWeight = fit.some(({ weight = 1 }) => weight > 0);
        if (hasWeight) expect(candidates[0]?.target?.member?.weight).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe("an alias with limits", () => {
  const names: Names = {
    aliases: {
      x: { model: "acme/a", rpm: 5, fallbacks: ["y", "acme/e"] },
      y: { model: "acme/b", tpm: 100 },
    },
  };
  it.each<[name: string, shuts: Shuts, walk: string, chat?: Partial<ChatRequest>]>([
    ["is first", {}, "a b e"],
    ["over its limit: its fallbacks", { "alias:x": "rate_limited" }, "b e"],
    ["and its fallback over theirs", { "alias:x": "rate_limited", "alias:y": "rate_limited" }, "e"],
    [
      "over its limit without fallbacks: nobody",
      { "alias:x": "rate_limited" },
      "",
      { provider: { allow_fallbacks: false } },
    ],
    ["has one target without fallbacks", {}, "a", { provider: { allow_fallbacks: false } }],
  ])("%s", (_, shuts, walk, chat) => {
    expect(walkOf(plan(names, { model: "x", ...chat }, { shuts }))).toBe(walk);
  });
});

describe("nobody available", () => {
  const both = router([{ target: "acme/a", rpm: 1 }, { target: "acme/b" }]);
  const until = (why: "rate_limited" | "cooling_down", ms: number) => ({ why, untilMs: NOW_MS + ms });
  it.each<[name: string, names: Names, model: string, shuts: Shuts, status: number, retryAfterMs: number]>([
    [
      "a limit and a cool-down",
      both,
      "r",
      { "router:r acme/a": until("rate_limited", 20_500), "router:r acme/b": until("cooling_down", 3_200) },
      429,
      3_200,
    ],
    [
      "cool-downs alone",
      both,
      "r",
      { "router:r acme/a": until("cooling_down", 900), "router:r acme/b": until("cooling_down", 3_200) },
      503,
      900,
    ],
    [
      "limits alone",
      both,
      "r",
      { "router:r acme/a": until("rate_limited", 59_000), "router:r acme/b": until("rate_limited", 60_000) },
      429,
      59_000,
    ],
  ])("is told with the earliest return: %s", (_, names, model, shuts, status, retryAfterMs) => {
    const made = plan(names, { model }, { shuts });
    const error = explainEmpty(made, requestOf({ model }), NOW_MS);
    expect(error).toMatchObject({
      status,
      retryAfterMs,
      metadata: { retry_after: Math.ceil(retryAfterMs / 1000) },
      headers: {},
    });
  });

  it("of an alias is told with its limit", () => {
    const names: Names = { aliases: { x: { model: "acme/a", rpm: 5 } } };
    const limit = { kind: "rpm" as const, limit: 5, remaining: 0 };
    const made = plan(names, { model: "x" }, { shuts: { "alias:x": { ...until("rate_limited", 12_345), limit } } });
    const error = explainEmpty(made, requestOf({ model: "x" }), NOW_MS);
    expect(error).toMatchObject({
      status: 429,
      type: "rate_limit_exceeded",
      retryAfterMs: 12_345,
      headers: {
        "x-ratelimit-limit": "5",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(Math.ceil((NOW_MS + 12_345) / 1000)),
      },
    });
  });

  it("is not said where a filter has taken all of them", () => {
    const made = plan(
      both,
      { model: "r", messages: IMAGE },
      { shuts: { "router:r acme/a": "rate_limited", "router:r acme/b": "rate_limited" } },
    );
    expect(explainEmpty(made, requestOf({ model: "r", messages: IMAGE }), NOW_MS).status).toBe(404);
  });
});

describe("an adapter", () => {
  const PRICING = { prompt: "0.5", completion: "0.25" };
  const names: Names = {
    aliases: {
      base: { model: "acme/d", provider: "d2" },
      legal: { adapter_of: "base", adapter: "lora-v3", pricing: PRICING },
      plain: { adapter_of: "acme/d", adapter: "lora-v4" },
    },
  };

  it("has its base's endpoints, under its own name at the provider and at its own price", () => {
    const { candidates, excluded, models } = plan(names, { model: "legal" });
    expect(models).toEqual(["legal"]);
    expect(candidates).toMatchObject([
      {
        shownAs: "legal",
        endpoint: {
          id: "legal d2",
          modelId: "legal",
          tag: "d2",
          upstreamModel: "lora-v3",
          pricing: PRICING,
          adapterOf: "acme/d",
        },
      },
    ]);
    expect(candidates[0]?.endpoint.provider).toEqual(plan(names, { model: "base" }).candidates[0]?.endpoint.provider);
    expect(excluded.map(({ endpoint, reason }) => [endpoint.id, reason])).toEqual([["legal d1", "not_of_alias"]]);
  });

  it("costs what its base does where it says nothing", () => {
    const [base, plain] = ["acme/d", "plain"].map((model) => plan(names, { model }).candidates);
    expect(plain?.map(({ endpoint }) => [endpoint.tag, endpoint.upstreamModel, endpoint.pricing])).toEqual(
      base?.map(({ endpoint }) => [endpoint.tag, "lora-v4", endpoint.pricing]),
    );
  });
});

describe("who sees a name", () => {
  const names: Names = {
    aliases: {
      all: { model: "acme/a" },
      ours: { model: "acme/a", project: "p1" },
      theirs: { model: "acme/a", project: "p2" },
      "ours-legal": { adapter_of: "ours", adapter: "lora" },
      "theirs-legal": { adapter_of: "theirs", adapter: "lora" },
    },
    routers: {
      "all-r": { project: null, members: [{ target: "ours" }, { target: "theirs" }] },
      "theirs-r": { project: "p2", members: [{ target: "all" }] },
    },
  };
  const unknown = (model: string) =>
    expect.objectContaining({ status: 400, message: `${model} is not a valid model ID` });

  it.each<[model: string, project: string | undefined, isSeen: boolean]>([
    ["all", "p1", true],
    ["all", undefined, true],
    ["ours", "p1", true],
    ["ours", "p2", false],
    ["ours", undefined, true],
    ["ours:nitro", "p2", false],
    ["theirs", "p1", false],
    ["ours-legal", "p1", true],
    ["theirs-legal", "p1", false],
    ["all-r", "p3", true],
    ["theirs-r", "p2", true],
    ["theirs-r", "p1", false],
  ])("%s in %s: %s", (model, project, isSeen) => {
    const made = () => plan(names, { model }, { project });
    if (isSeen) expect(made().candidates.length).toBeGreaterThan(0);
    else expect(made).toThrow(unknown(model));
  });

  it.each<[allowed: string[], model: string, isSeen: boolean]>([
    [["all"], "all", true],
    [["all"], "acme/a", false],
    [["acme/*"], "all", false],
    [["acme/*"], "acme/a", true],
    [["ours*"], "ours-legal", true],
    [["ours*"], "all-r", false],
    [["all-r"], "all-r", true],
  ])("a key for %j: %s: %s", (allowed, model, isSeen) => {
    const allowsModel = (id: string) =>
      allowed.some((entry) => (entry.endsWith("*") ? id.startsWith(entry.slice(0, -1)) : id === entry));
    const made = () => plan(names, { model }, { project: "p1", allowsModel });
    if (isSeen) expect(walkOf(made())).toMatch(/^a/);
    else expect(made).toThrow(unknown(model));
  });

  it("leads to no model that is denied, also not through an adapter", () => {
    const deniesModel = (id: string) => id === "acme/a";
    for (const model of ["all", "ours-legal", "all-r"])
      expect(() => plan(names, { model }, { project: "p1", deniesModel }), model).toThrow(unknown(model));
  });
});

describe("the default model", () => {
  const off = { isConfigured: ({ provider }: { provider: { slug: string } }) => provider.slug !== "a" };
  const aliases = { eyes: { model: "acme/see" }, words: { model: "acme/c" } };
  it.each<[name: string, names: Names, input: Partial<PlanInput>, chat: Partial<ChatRequest>, requested: string]>([
    ["the project's", { defaults: { model: "acme/b" } }, { projectDefault: "acme/c" }, {}, "acme/c"],
    ["the installation's", { defaults: { model: "acme/b" } }, {}, {}, "acme/b"],
    ["an alias", { aliases, defaults: { model: "words" } }, {}, {}, "words"],
    ["a router", { ...router([{ target: "acme/b" }]), defaults: { model: "r" } }, {}, {}, "r"],
    [
      "the installation's, when the project's is gone",
      { defaults: { model: "acme/b" } },
      { projectDefault: "gone" },
      {},
      "acme/b",
    ],
    [
      "the installation's, when the project's does not see",
      { aliases, defaults: { model: "eyes" } },
      { projectDefault: "acme/c" },
      { messages: IMAGE },
      "eyes",
    ],
    ["the first of the document", {}, {}, {}, "acme/a"],
    ["the first of the document that can be called", {}, off, {}, "acme/b"],
    ["the first of the document that sees", { defaults: { model: "acme/b" } }, {}, { messages: IMAGE }, "acme/see"],
    ["the first of the document that is allowed", {}, { allowsModel: (id) => id > "acme/c" }, {}, "acme/d"],
    [
      "the first allowed, when the default is not",
      { defaults: { model: "acme/b" } },
      { allowsModel: (id) => id > "acme/c" },
      {},
      "acme/d",
    ],
  ])("is %s", (_, names, input, chat, requested) => {
    for (const model of [undefined, ""]) expect(plan(names, { model, ...chat }, input)).toMatchObject({ requested });
  });

  it.each<[name: string, input: Partial<PlanInput>, message: RegExp]>([
    ["nothing can be called", { isConfigured: () => false }, /no default model is set$/],
    [
      "no default sees, and nothing else does",
      { projectDefault: "acme/b", isConfigured: ({ provider }) => provider.slug !== "s" },
      /takes what the messages bring$/,
    ],
  ])("is missing where %s", (_, input, message) => {
    expect(() => plan({}, { model: undefined, messages: IMAGE }, input)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringMatching(message), metadata: { field: "model" } }),
    );
  });

  it("is no model that does not answer with text", () => {
    const rows = { ...ROWS, "acme/a": { output_modalities: ["embeddings"] } };
    expect(planOf(MODELS, { model: undefined }, { extras: { rows } }).requested).toBe("acme/b");
  });
});

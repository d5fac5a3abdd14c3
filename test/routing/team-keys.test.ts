import { describe, expect, it } from "vitest";
import { withTeamKeys } from "../../src/routing/team-keys.ts";
import type { TeamKey } from "../../src/schema/byok.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { catalogueOf, type Extras, planOf, rankReasonsOf, reasonsOf, type Tags } from "./endpoints.ts";

const CALLER = { account: "account", userId: "ada" };

/** The team's keys by their ids, each at provider `a` unless it says otherwise, in the order in which they stand here. */
function keysOf(keys: Record<string, Partial<TeamKey>>): TeamKey[] {
  return Object.entries(keys).map(([id, fields], index) => ({
    ...{
      id,
      team: "t",
      provider: "a",
      label: "…",
      name: null,
      disabled: false,
      sortOrder: index,
      sealed: "",
      createdAtMs: 0,
    },
    ...{ isFallback: false, isRequired: false, isByokOnly: false, declaredZdr: null },
    ...{ allowedModels: null, allowedUserIds: null, allowedAccounts: null },
    ...fields,
  }));
}

interface Scene {
  keys: Record<string, Partial<TeamKey>>;
  models?: Record<string, Tags>;
  chat?: Partial<ChatRequest>;
  extras?: Extras;
  caller?: { account: string; userId: string | null };
  random?: () => number;
}

const MODELS = { "acme/one": { b: 1, a: 2 } };

function plan({ keys, models = MODELS, chat, extras, caller = CALLER, random = () => 0 }: Scene) {
  const catalogue = withTeamKeys(catalogueOf(models, extras), keysOf(keys), caller);
  return planOf(models, chat, { catalogue, random });
}

/** Candidates as their tag, with the team's key behind it. */
function candidatesOf(scene: Scene): string[] {
  return plan(scene).candidates.map(({ endpoint: { tag, teamKey } }) => (teamKey ? `${tag}:${teamKey.id}` : tag));
}

describe("a team's own keys", () => {
  it.each<[name: string, scene: Scene, candidates: string[]]>([
    ["lead, dear as they may be", { keys: { k: {} } }, ["a:k", "b", "a"]],
    ["lead before what order says", { keys: { k: {} }, chat: { provider: { order: ["b"] } } }, ["a:k", "b", "a"]],
    ["lead before what sort says", { keys: { k: {} }, chat: { provider: { sort: "price" } } }, ["a:k", "b", "a"]],
    ["come last as a fallback", { keys: { k: { isFallback: true } } }, ["b", "a", "a:k"]],
    [
      "are tried in their order, fallbacks in theirs",
      {
        keys: {
          f2: { isFallback: true, sortOrder: 4 },
          k2: { sortOrder: 2 },
          f1: { isFallback: true, sortOrder: 3 },
          k1: { sortOrder: 1 },
        },
      },
      ["a:k1", "a:k2", "b", "a", "a:f1", "a:f2"],
    ],
    ["are not used once they are switched off", { keys: { k: { disabled: true } } }, ["b", "a"]],
    ["of another provider change nothing", { keys: { k: { provider: "who" } } }, ["b", "a"]],
    ["keep the operator's away where they are required", { keys: { k: { isRequired: true } } }, ["a:k", "b"]],
    ["keep the operator's away where they alone are used", { keys: { k: { isByokOnly: true } } }, ["a:k", "b"]],
    ["serve the models that they may", { keys: { k: { allowedModels: ["acme/one"] } } }, ["a:k", "b", "a"]],
    ["serve no others", { keys: { k: { allowedModels: ["acme/two"] } } }, ["b", "a"]],
    [
      "are required for those models only",
      { keys: { k: { allowedModels: ["acme/two"], isRequired: true } } },
      ["b", "a"],
    ],
    ["alone are used for all models", { keys: { k: { allowedModels: ["acme/two"], isByokOnly: true } } }, ["b"]],
    ["serve the accounts that they may", { keys: { k: { allowedAccounts: ["account"] } } }, ["a:k", "b", "a"]],
    ["serve no other accounts", { keys: { k: { allowedAccounts: ["other"], isRequired: true } } }, ["b", "a"]],
    ["serve the people that they may", { keys: { k: { allowedUserIds: ["ada"] } } }, ["a:k", "b", "a"]],
    ["serve nobody else", { keys: { k: { allowedUserIds: ["bob"] } } }, ["b", "a"]],
    [
      "serve nobody unknown where they name people",
      { keys: { k: { allowedUserIds: ["ada"] } }, caller: { account: "account", userId: null } },
      ["b", "a"],
    ],
    [
      "are tried once, without fallbacks",
      { keys: { k1: {}, k2: {} }, chat: { provider: { allow_fallbacks: false } } },
      ["a:k1"],
    ],
    ["are left out with their provider", { keys: { k: {} }, chat: { provider: { ignore: ["a"] } } }, ["b"]],
  ])("%s", (_, scene, candidates) => {
    for (const random of [() => 0, () => 0.5, () => 0.999]) {
      const found = candidatesOf({ ...scene, random });
      // How the others are drawn is not what this is about.
      const own = (list: string[]) => list.filter((tag) => tag.includes(":"));
      expect(own(found)).toEqual(own(candidates));
      expect(found.toSorted()).toEqual(candidates.toSorted());
      const ends = [candidates[0], candidates.at(-1)].filter((tag) => tag?.includes(":"));
      expect([found[0], found.at(-1)]).toEqual(expect.arrayContaining(ends));
    }
  });

  it("stand in the plan with their reasons, and the operator's endpoint with its own", () => {
    const found = plan({ keys: { k: { isRequired: true }, f: { isFallback: true } } });
    expect(rankReasonsOf(found)).toEqual(["byok", expect.any(String), "byok_fallback"]);
    expect(reasonsOf(found)).toEqual({ a: "byok_only" });
  });

  it("of two tags stay with their tag, each in its own order", () => {
    const models = { "acme/one": { "a/x": 1, "a/y": 2 } };
    expect(candidatesOf({ models, keys: { k2: { sortOrder: 2 }, k1: { sortOrder: 1 } } }).slice(0, 4)).toEqual([
      ...["a/x:k1", "a/x:k2", "a/y:k1", "a/y:k2"],
    ]);
  });

  it("are candidates once in one list across models, and when two names mean one model", () => {
    const models = { "acme/one": { a: 1 }, "acme/two": { a: 1, b: 1 } };
    const asked = { model: "acme/one", models: ["acme/one-20260131", "acme/two"] };
    for (const provider of [{}, { sort: { by: "price" as const, partition: "none" as const } }]) {
      const { candidates } = plan({ models, keys: { k1: {}, k2: {} }, chat: { ...asked, provider } });
      const ids = candidates.map(({ endpoint }) => endpoint.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(7);
    }
  });

  it("are found by a router too", () => {
    const chat = { model: "openrouter/auto" };
    expect(candidatesOf({ keys: { k: { isByokOnly: true } }, models: { "acme/one": { a: 1 } }, chat })).toEqual([
      "a:k",
    ]);
  });

  it("cost nothing where there are none: it is the catalogue itself", () => {
    const catalogue = catalogueOf(MODELS);
    expect(withTeamKeys(catalogue, [], CALLER)).toBe(catalogue);
    expect(withTeamKeys(catalogue, keysOf({ k: { disabled: true } }), CALLER)).toBe(catalogue);
  });
});

describe("privacy holds for a team's own keys", () => {
  const policy = (data_policy: object | undefined) => ({ extras: { providers: { a: { data_policy } } } });
  const NOTHING_KEPT = { training: false, retention_days: 0 };
  it.each<[name: string, extras: { extras: Extras }, declaredZdr: boolean | null, isServed: boolean]>([
    ["a provider that says nothing", policy(undefined), null, false],
    ["a provider that keeps prompts", policy({ training: false, retention_days: 30 }), null, false],
    ["a provider that keeps nothing", policy(NOTHING_KEPT), null, true],
    ["an account that keeps nothing, by the team's word", policy(undefined), true, true],
    ["an account that keeps prompts, by the team's word", policy(NOTHING_KEPT), false, false],
  ])("zdr: %s", (_, scene, declaredZdr, isServed) => {
    const chat = { provider: { zdr: true } };
    const served = candidatesOf({ ...scene, keys: { k: { declaredZdr } }, models: { "acme/one": { a: 1 } }, chat });
    expect(served.includes("a:k")).toBe(isServed);
  });

  it("data_collection, whatever is declared of retention", () => {
    const chat = { provider: { data_collection: "deny" as const } };
    expect(candidatesOf({ keys: { k: { declaredZdr: true } }, models: { "acme/one": { a: 1 } }, chat })).toEqual([]);
  });
});

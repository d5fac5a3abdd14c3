import { describe, expect, it } from "vitest";
import { apiKeySchema } from "../../src/schema/key.ts";
import { restrictionsOf } from "../../src/schema/restrictions.ts";
import { teamSchema } from "../../src/schema/team.ts";

const keyWith = (rules: object) =>
  apiKeySchema.parse({
    ...{ hash: "h", label: "l", name: "n", team: "t", disabled: false, createdAtMs: 0, updatedAtMs: null },
    ...{ limitNanoUsd: null, limitReset: null, includeByokInLimit: false, expiresAtMs: null },
    ...{ creatorUserId: null, externalUser: null, ...rules },
  });
const teamWith = (rules: object) =>
  teamSchema.parse({ id: "t", slug: "t", name: "T", createdAtMs: 0, updatedAtMs: null, ...rules });

describe("the models of a key", () => {
  it.each<[allowed: string[] | null, denied: string[] | null, id: string, is: boolean]>([
    [null, null, "acme/one", true],
    [["acme/one"], null, "acme/one", true],
    [["acme/one"], null, "acme/one-plus", false],
    [["acme/one"], null, "acme/one:free", false],
    [["acme/*"], null, "acme/one", true],
    [["acme/*"], null, "acmex/one", false],
    [["ACME/One"], null, "acme/one", true],
    [["*"], null, "acme/one", true],
    [["*/one"], null, "acme/one", true],
    [["*/one"], null, "acme/one-2", false],
    [["*:free"], null, "acme/one:free", true],
    [["a*o*e"], null, "acme/one", true],
    [["a*o*o*e"], null, "acme/one", false],
    [["acme/on*one"], null, "acme/one", false],
    [["acme/one*"], null, "acme/one", true],
    [["acme.one"], null, "acme/one", false],
    [["other/*", "acme/*"], null, "acme/one", true],
    [null, ["acme/one"], "acme/one", false],
    [null, ["acme/*"], "acme/one", false],
    [null, ["acme/*"], "other/one", true],
    [["acme/*"], ["acme/one"], "acme/one", false],
    [["acme/*"], ["acme/one"], "acme/two", true],
  ])("with %j allowed and %j denied: %s is %s", (allowedModels, deniedModels, id, is) => {
    const rules = { allowedModels, deniedModels };
    expect(restrictionsOf(keyWith(rules), teamWith({})).allowsModel(id)).toBe(is);
    expect(restrictionsOf(keyWith({}), teamWith(rules)).allowsModel(id)).toBe(is);
  });

  it("are within those of its team", () => {
    const both = restrictionsOf(
      keyWith({ allowedModels: ["acme/*", "other/*"] }),
      teamWith({ allowedModels: ["acme/*", "third/*"], deniedModels: ["acme/two"] }),
    );
    const allowed = ["acme/one", "acme/two", "other/one", "third/one"].filter((id) => both.allowsModel(id));
    expect(allowed).toEqual(["acme/one"]);
  });

  it("are told in no time, whatever the pattern", () => {
    const pattern = `${"*a".repeat(90)}b`;
    const { allowsModel } = restrictionsOf(keyWith({ allowedModels: [pattern] }), teamWith({}));
    const startedMs = performance.now();
    expect(allowsModel("a".repeat(200))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});

describe("the preferences of a key and its team", () => {
  it("are none when nothing is said", () => {
    expect(restrictionsOf(keyWith({}), teamWith({})).layers).toEqual([]);
    const nothing = { provider: {}, dataPolicy: { data_collection: "allow", zdr: false } };
    expect(restrictionsOf(keyWith(nothing), teamWith(nothing)).layers).toEqual([]);
  });

  it("come one after the other, the key's before the team's", () => {
    const key = keyWith({
      provider: { sort: "price" },
      allowedProviders: ["acme", "other/turbo"],
      deniedProviders: ["slow"],
      dataPolicy: { data_collection: "deny" },
    });
    const team = teamWith({
      provider: { order: ["acme"] },
      allowedProviders: ["acme"],
      dataPolicy: { zdr: true },
      defaultProviderSort: "latency",
    });
    expect(restrictionsOf(key, team).layers).toEqual([
      { sort: "price" },
      { only: ["acme", "other/turbo"], ignore: ["slow"], data_collection: "deny" },
      { order: ["acme"] },
      { only: ["acme"], zdr: true },
      { sort: "latency" },
    ]);
  });
});

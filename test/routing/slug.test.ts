import { describe, expect, it } from "vitest";
import { isNamed, isTierEndpoint, namesEndpoint } from "../../src/routing/slug.ts";
import { catalogueOf } from "./endpoints.ts";

function endpoint(tag: string) {
  const [found] = catalogueOf({ "acme/one": { [tag]: 1 } }).model("acme/one")?.endpoints ?? [];
  if (!found) throw new Error("the catalogue has no endpoint");
  return found;
}

describe("a name", () => {
  it.each([
    ["a", "a", true],
    ["A", "a", true],
    ["A Inc.", "a", true],
    ["a inc.", "a/fp8", true],
    ["a", "a/fp8", true],
    ["a/fp8", "a/fp8", true],
    ["a/fp8", "a", false],
    ["a/fp8", "a/fp8/eu", false],
    ["a/fp8/eu", "a/fp8/eu", true],
    ["a", "a/flex", false],
    ["A Inc.", "a/priority", false],
    ["a/flex", "a/flex", true],
    ["A/Priority", "a/priority", true],
    ["a", "a/fp8/flex", false],
    ["a", "a/flexible", true],
    ["ab", "a", false],
    ["", "a", false],
    ["*", "a", false],
  ])("%j means %s: %s", (name, tag, means) => {
    expect(namesEndpoint(name, endpoint(tag))).toBe(means);
    expect(isNamed(["zzz", name], endpoint(tag))).toBe(means);
  });

  it("is in no list that is not there", () => {
    for (const names of [undefined, null, []]) expect(isNamed(names, endpoint("a"))).toBe(false);
  });
});

it.each([
  ["a", false],
  ["a/fp8", false],
  ["a/flex", true],
  ["a/priority", true],
  ["a/eu/priority", true],
  ["a/priority/eu", false],
  ["priority", false],
])("the tag %s belongs to a service tier: %s", (tag, isTier) => {
  expect(isTierEndpoint(endpoint(tag))).toBe(isTier);
});

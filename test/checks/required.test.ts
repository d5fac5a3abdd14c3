import { describe, expect, it } from "vitest";
import { wantedChecks } from "../../src/checks/required.ts";

const OFF = { injection: false, pii: undefined, method: "random", spared: [], toxicity: false, factuality: false };

describe("the checks of a request, its key and its team", () => {
  it.each([
    { name: "nobody wants any", want: {} },
    { name: "the empty word is off", request: { input: { pii: "" as const } }, want: {} },
    { name: "no objects", request: { input: null, output: null }, key: { input: null }, want: {} },
    { name: "the request's own", request: { input: { block_prompt_injection: true } }, want: { injection: true } },
    {
      name: "a key's, which a request cannot switch off",
      request: { input: { block_prompt_injection: false, pii: "" as const }, output: { toxicity: false } },
      key: { input: { block_prompt_injection: true, pii: "replace" }, output: { toxicity: true } },
      want: { injection: true, pii: "replace", toxicity: true },
    },
    { name: "a team's", team: { output: { factuality: true } }, want: { factuality: true } },
    {
      name: "block before replace",
      request: { input: { pii: "replace" as const } },
      team: { input: { pii: "block" } },
      want: { pii: "block" },
    },
    {
      name: "the key's way to replace before the request's",
      request: { input: { pii: "replace" as const, pii_replace_method: "category" as const } },
      key: { input: { pii: "replace", pii_replace_method: "mask" } },
      want: { pii: "replace", method: "mask" },
    },
    {
      name: "a way to replace of one that wants no replacing does not count",
      request: { input: { pii: "replace" as const, pii_replace_method: "category" as const } },
      key: { input: { pii_replace_method: "mask" } },
      want: { pii: "replace", method: "category" },
    },
    {
      name: "only what all leave alone is left alone",
      request: { input: { pii: "block" as const, entity_list: ["URL" as const, "PERSON" as const] } },
      key: { input: { pii: "replace", entity_list: ["URL", "IP_ADDRESS"] } },
      want: { pii: "block", spared: ["URL"] },
    },
    {
      name: "who names nothing leaves nothing alone",
      request: { input: { pii: "block" as const, entity_list: ["URL" as const] } },
      key: { input: { pii: "replace" } },
      want: { pii: "block" },
    },
    {
      name: "who wants no PII has no say in what is left alone",
      request: { input: { pii: "block" as const, entity_list: ["URL" as const] } },
      key: { input: { block_prompt_injection: true } },
      want: { pii: "block", spared: ["URL"], injection: true },
    },
  ])("$name", ({ request, key, team, want }) => {
    expect(wantedChecks(request ?? {}, key ?? null, team ?? null)).toEqual({ ...OFF, ...want });
  });

  it("fail closed where a key's cannot be read", () => {
    expect(() => wantedChecks({}, { input: { pii: "perhaps" } }, null)).toThrow(
      expect.objectContaining({ status: 502, type: "guardrail_failure" }),
    );
  });
});

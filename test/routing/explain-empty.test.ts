import { describe, expect, it } from "vitest";
import { explainEmpty } from "../../src/routing/explain-empty.ts";
import type { PlanInput } from "../../src/routing/plan.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { planOf, type Tags } from "./endpoints.ts";

const ONE: Tags = { a: 1, b: 2, "b/flex": 1 };

/** The error of a request without candidates. */
function explain(provider: ChatRequest["provider"], tags: Tags = ONE, input: Partial<PlanInput> = {}) {
  const chat = { model: "acme/one", provider, messages: [] };
  const plan = planOf({ "acme/one": tags }, chat, input);
  expect(plan.candidates).toEqual([]);
  return explainEmpty(plan, chat);
}

describe("a request that nobody can serve", () => {
  it.each<[name: string, provider: ChatRequest["provider"], message: RegExp, metadata: object]>([
    [
      "only names nobody who serves the model",
      { only: ["zzz"] },
      /^No allowed providers are available for the selected model\./,
      { failed_routing_step: "Filter by Allowed Providers", requested_providers: ["zzz"] },
    ],
    [
      "everyone is ignored",
      { ignore: ["a", "b"] },
      /^All providers have been ignored\./,
      { failed_routing_step: "Filter by Ignored Providers", requested_providers: ["a", "b"] },
    ],
    [
      "the allowed ones are ignored",
      { only: ["a"], ignore: ["a"] },
      /^All providers have been ignored\./,
      { failed_routing_step: "Filter by Ignored Providers", requested_providers: ["a"] },
    ],
    [
      "nobody is in order and fallbacks are off",
      { order: ["zzz"], allow_fallbacks: false },
      /^No allowed providers are available for the selected model\./,
      { requested_providers: ["zzz"] },
    ],
    ["data is collected", { data_collection: "deny" }, /data policy/, { failed_routing_step: "Filter by Data Policy" }],
    ["data is kept", { zdr: true }, /zero data retention/, { failed_routing_step: "Filter by Data Policy" }],
    [
      "no quantization fits",
      { quantizations: ["fp4"] },
      /quantization/,
      { failed_routing_step: "Filter by Quantization" },
    ],
    ["all are too dear", { max_price: { prompt: 0 } }, /max_price/, { failed_routing_step: "Filter by Price" }],
    [
      "the last filter of several",
      { ignore: ["a"], max_price: { prompt: 0 } },
      /max_price/,
      { failed_routing_step: "Filter by Price" },
    ],
  ])("is told that %s", (_, provider, message, metadata) => {
    const error = explain(provider);
    expect(error).toMatchObject({ status: 404, type: "not_found", metadata });
    expect(error.message).toMatch(message);
    expect(error.metadata.available_providers).toEqual(["a", "b"]);
  });

  it("is told that nobody takes its parameters", () => {
    const chat = { model: "acme/one", messages: [], seed: 7, provider: { require_parameters: true } };
    const plan = planOf({ "acme/one": { a: { supported_parameters: ["stop"] } } }, chat);
    expect(explainEmpty(plan, chat)).toMatchObject({
      message: "No endpoints found that can handle the requested parameters.",
      metadata: { failed_routing_step: "Filter by Parameters" },
    });
  });

  it("is told that there is no key yet", () => {
    const error = explain(undefined, { a: 1 }, { isConfigured: () => false });
    expect(error).toMatchObject({ status: 404, metadata: { failed_routing_step: "Filter by Fallback" } });
    expect(error.message).toBe("No endpoints found for acme/one. No provider that serves it has a key here yet.");
  });

  it("is told that the model has no endpoint", () => {
    const error = explain(undefined, {});
    expect(error.message).toBe("No endpoints found for acme/one.");
    expect(error.metadata.available_providers).toEqual([]);
  });

  it("is told that only other tiers are left", () => {
    expect(explain(undefined, { "b/flex": 1 }).message).toBe("No endpoints found for acme/one.");
  });
});

import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/catalogue/catalogue.ts";
import { takesLimit, withDefaults } from "../../src/dispatch/request-defaults.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";

const DEFAULTS = { temperature: 0.2, top_p: 0.6, max_completion_tokens: 2048 };
const endpoint = (parameters?: string[], maxCompletionTokens?: number) =>
  ({ supportedParameters: parameters && new Set(parameters), maxCompletionTokens }) as Endpoint;
const filled = (to: Endpoint, fields: object = {}, defaults: object = DEFAULTS) => {
  const { messages: _, ...rest } = withDefaults({ messages: [], ...fields } as unknown as ChatRequest, to, defaults);
  return rest;
};

describe("defaults", () => {
  it.each<[name: string, to: Endpoint, expected: object]>([
    ["lists nothing", endpoint(), DEFAULTS],
    ["lists them", endpoint(["temperature", "top_p", "max_tokens"]), DEFAULTS],
    ["lists some", endpoint(["temperature"]), { temperature: 0.2 }],
    ["takes nothing", endpoint([]), {}],
    ["gives less", endpoint(undefined, 100), { ...DEFAULTS, max_completion_tokens: 100 }],
    ["gives more", endpoint(undefined, 9999), DEFAULTS],
  ])("are sent as far as they are taken by an endpoint that %s", (_, to, expected) => {
    expect(filled(to)).toEqual(expected);
  });

  it("do not raise a bound that a budget has set", () => {
    expect(filled(endpoint(), { max_completion_tokens: 99 }, { max_completion_tokens: 2048 })).toEqual({
      max_completion_tokens: 99,
    });
    expect(filled(endpoint(), { max_completion_tokens: 16384 }, { max_completion_tokens: 2048 })).toEqual({
      max_completion_tokens: 2048,
    });
  });

  it("know who takes a limit of the answer", () => {
    expect([endpoint(), endpoint(["max_tokens"]), endpoint(["max_completion_tokens"])].map(takesLimit)).toEqual([
      true,
      true,
      true,
    ]);
    expect(takesLimit(endpoint(["seed"]))).toBe(false);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidatesOf, planIn, type Situation, SLUGS, situation, usualNames, withFallbacks } from "./situations.ts";

const RUNS = { numRuns: 500 };

type Tightened = Pick<Situation, "chat" | "own" | "operators">;
const wants =
  (more: Partial<Situation["own"]>) =>
  (given: Situation): Partial<Tightened> => ({ own: { ...given.own, ...more } });
const asks =
  (more: Situation["chat"]) =>
  (given: Situation): Partial<Tightened> => ({ chat: { ...given.chat, ...more } });
const demands =
  (more: Situation["operators"]) =>
  (given: Situation): Partial<Tightened> => ({
    operators: { ...given.operators, ...more },
  });
const image = { type: "image_url" as const, image_url: { url: "https://x.test/b.png" } };

/** Ways to ask for more, each with a few names of providers to ask with. */
const CONSTRAINTS: Record<string, (given: Situation, names: string[]) => Partial<Tightened>> = {
  "a first `only`": (given, names) => (given.own.only ? {} : wants({ only: names })(given)),
  "a shorter `only`": (given) => (given.own.only ? wants({ only: given.own.only.slice(1) })(given) : {}),
  "an `only` of the operator": (given, names) => (given.operators.only ? {} : demands({ only: names })(given)),
  "a longer `ignore`": (given, names) => wants({ ignore: [...(given.own.ignore ?? []), ...names] })(given),
  "an `ignore` of the operator": (given, names) =>
    demands({ ignore: [...(given.operators.ignore ?? []), ...names] })(given),
  "data_collection: deny": wants({ data_collection: "deny" }),
  "data_collection: deny, by the operator": demands({ data_collection: "deny" }),
  zdr: wants({ zdr: true }),
  enforce_distillable_text: wants({ enforce_distillable_text: true }),
  quantizations: (given) => (given.own.quantizations ? {} : wants({ quantizations: ["fp8"] })(given)),
  "quantizations of the operator": (given) =>
    given.operators.quantizations ? {} : demands({ quantizations: ["fp4"] })(given),
  "a lower max_price": wants({ max_price: { prompt: 0.5, completion: 0.5 } }),
  "a lower max_price of the operator": demands({ max_price: { prompt: 0.5, completion: 0.5 } }),
  require_parameters: wants({ require_parameters: true }),
  "no fallbacks": wants({ allow_fallbacks: false }),
  "a larger max_tokens": asks({ max_tokens: 7_000 }),
  "a max_tokens beyond all contexts": asks({ max_tokens: 1_000_000 }),
  "an image": (given) =>
    asks({ messages: [...(given.chat.messages ?? []), { role: "user", content: [image] }] })(given),
  "a longer prompt": (given) =>
    asks({ messages: [...(given.chat.messages ?? []), { role: "user", content: "word ".repeat(6_000) }] })(given),
  tools: asks({ tools: [{ type: "function", function: { name: "f" } }] }),
  "a tool's choice": asks({ tool_choice: "required" }),
  response_format: asks({ response_format: { type: "json_object" } }),
  verbosity: asks({ verbosity: "low" }),
};

describe("a further wish lets nobody in who was out", () => {
  it.each(Object.entries(CONSTRAINTS))("%s", (_, tighten) => {
    let fewer = 0;
    const holds = fc.property(situation, usualNames, (given, names) => {
      const open = withFallbacks(given);
      // An image in place of no messages at all would change the text, too.
      open.chat = { messages: [{ role: "user", content: "Hi" }], ...open.chat };
      const before = candidatesOf(planIn(open));
      const after = candidatesOf(planIn(open, tighten(open, names)));
      expect(before).toEqual(expect.arrayContaining(after));
      if (after.length < before.length) fewer++;
    });
    // Some wishes seldom matter to what chance makes up.
    for (let round = 0; round < 10 && fewer === 0; round++) fc.assert(holds, RUNS);
    expect(fewer, "situations in which it left somebody out").toBeGreaterThan(0);
  });
});

describe("wishes that leave nobody", () => {
  const NOBODY: Record<string, Partial<Situation>> = {
    "only and ignore the same": { own: { only: ["a"], ignore: ["a", "a/fp8", "a/fp4"] }, operators: {} },
    "an only of nobody": { own: { only: [] } },
    "an only of nobody, by the operator": { operators: { only: [] } },
    "two lists with nothing in common": { own: { only: ["a", "b"] }, operators: { only: ["c", "d"] } },
    "a list that the operator ignores": { own: { only: ["a"] }, operators: { ignore: ["a"] } },
    "precisions with nothing in common": { own: { quantizations: ["fp8"] }, operators: { quantizations: ["fp4"] } },
    "ignore all": { own: { ignore: [...SLUGS, ...SLUGS.flatMap((slug) => [`${slug}/flex`, `${slug}/priority`])] } },
    "a closed order of nobody": { own: { order: ["zzz"], allow_fallbacks: false } },
  };
  it.each(Object.entries(NOBODY))("leave nobody: %s", (_, wishes) => {
    fc.assert(
      fc.property(situation, (given) => {
        expect(candidatesOf(planIn(given, wishes))).toEqual([]);
      }),
      RUNS,
    );
  });
});

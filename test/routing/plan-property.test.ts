import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProviderPreferences } from "../../src/schema/chat.ts";
import { outages, planOf, type Tags } from "./endpoints.ts";

const SLUGS = ["a", "b", "c", "d"];
const tag = fc
  .tuple(fc.constantFrom(...SLUGS), fc.constantFrom("", "/fp8", "/fp4", "/flex", "/priority"))
  .map((parts) => parts.join(""));
const price = fc.option(fc.constantFrom(0, 0.5, 1, 2, 1e-6), { nil: undefined });
const tags: fc.Arbitrary<Tags> = fc.dictionary(tag, price, { maxKeys: 7 });
const names = fc.array(fc.oneof(tag, fc.constantFrom("A Inc.", "b INC.", "zzz")), { maxLength: 4 });
const preferences: fc.Arbitrary<ProviderPreferences> = fc.record(
  { order: names, only: names, ignore: names, allow_fallbacks: fc.boolean() },
  { requiredKeys: [] },
);
const situation = fc.record({
  one: tags,
  two: tags,
  provider: preferences,
  models: fc.constantFrom<string[]>([], ["acme/two"], ["acme/one", "acme/two"]),
  tier: fc.constantFrom(null, "default", "priority", "flex", "fast") as fc.Arbitrary<null | "flex" | "priority">,
  ailing: fc.array(tag, { maxLength: 3 }),
  off: fc.constantFrom("", ...SLUGS),
  draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never;

/** The plan in a situation, with other preferences where they are given. */
function plan({ one, two, provider, models, tier, ailing, off, draw }: Situation, other = provider) {
  return planOf(
    { "acme/one": one, "acme/two": two },
    { models, provider: other, service_tier: tier },
    { health: outages(...ailing), isConfigured: (endpoint) => endpoint.provider.slug !== off, random: () => draw },
  );
}

const keys = (endpoints: { modelId: string; tag: string }[]) => endpoints.map((one) => `${one.modelId} ${one.tag}`);
const candidatesOf = (...input: Parameters<typeof plan>) => keys(plan(...input).candidates);

describe("any plan", () => {
  it("is the same for the same request, catalogue, health and chance", () => {
    fc.assert(
      fc.property(situation, (input) => {
        expect(candidatesOf(input)).toEqual(candidatesOf(input));
      }),
    );
  });

  it("names every endpoint of its models once, as a candidate or with a reason", () => {
    fc.assert(
      fc.property(situation, (input) => {
        const { candidates, excluded } = plan(input);
        const named = keys([...candidates, ...excluded.map(({ endpoint }) => endpoint)]);
        const models = input.models.includes("acme/two") ? { one: input.one, two: input.two } : { one: input.one };
        const all = Object.entries(models).flatMap(([id, of]) => Object.keys(of).map((key) => `acme/${id} ${key}`));
        expect(named.sort()).toEqual(all.sort());
      }),
    );
  });

  it("has only what `only` names, and nothing that `ignore` names or that has no key", () => {
    fc.assert(
      fc.property(situation, (input) => {
        const { only, ignore } = input.provider;
        for (const { tag: own, provider } of plan(input).candidates) {
          const isMeant = (name: string) =>
            [own, provider.slug, provider.name.toLowerCase()].includes(name.toLowerCase());
          if (only) expect(only.some(isMeant)).toBe(true);
          if (ignore) expect(ignore.some((name) => name === own)).toBe(false);
          expect(provider.slug).not.toBe(input.off);
        }
      }),
    );
  });

  it("gains nothing when more is ignored", () => {
    fc.assert(
      fc.property(situation, names, (input, more) => {
        const open = { ...input.provider, allow_fallbacks: true };
        const fewer = candidatesOf(input, { ...open, ignore: [...(open.ignore ?? []), ...more] });
        expect(candidatesOf(input, open)).toEqual(expect.arrayContaining(fewer));
      }),
    );
  });

  it("gains nothing when `only` gets shorter", () => {
    fc.assert(
      fc.property(situation, names, names, (input, some, more) => {
        const open = { ...input.provider, allow_fallbacks: true };
        // Where one endpoint of the flex tier is let in, the others are left out.
        const usual = { ...input, tier: null };
        const wide = candidatesOf(usual, { ...open, only: [...some, ...more] });
        expect(wide).toEqual(expect.arrayContaining(candidatesOf(usual, { ...open, only: some })));
      }),
    );
  });

  it("gains nothing when fallbacks are switched off, and has one candidate then unless there is an order", () => {
    fc.assert(
      fc.property(situation, (input) => {
        const usual = { ...input, tier: null };
        const closed = candidatesOf(usual, { ...input.provider, allow_fallbacks: false });
        expect(candidatesOf(usual, { ...input.provider, allow_fallbacks: true })).toEqual(
          expect.arrayContaining(closed),
        );
        if (!input.provider.order?.length) expect(closed.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("has all candidates of a model before those of the next", () => {
    fc.assert(
      fc.property(situation, (input) => {
        const models = plan(input).candidates.map(({ modelId }) => modelId);
        expect([...models].sort()).toEqual(models);
      }),
    );
  });
});

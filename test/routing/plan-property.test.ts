import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/catalogue/catalogue.ts";
import { seededRandom } from "../../src/routing/random.ts";
import { healthOf, requestOf } from "./endpoints.ts";
import {
  candidatesOf,
  knowledge,
  names,
  planIn,
  type Situation,
  situation,
  usualNames,
  withFallbacks,
} from "./situations.ts";

const RUNS = { numRuns: 500 };

/** Holds a property against many situations. */
const always = (holds: (given: Situation) => void) => fc.assert(fc.property(situation, holds), RUNS);

/** A name means an endpoint by its tag, or as its provider where it is of no service tier; told in other words here. */
function isMeant(name: string, { tag, provider }: Endpoint): boolean {
  const means = [tag];
  if (!/\/(flex|priority)$/.test(tag)) means.push(provider.slug, provider.name.toLowerCase());
  return means.includes(name.toLowerCase());
}

describe("any plan", () => {
  it("is the same for the same request, catalogue, health, moment and chance", () => {
    always((given) => {
      expect(planIn(given)).toEqual(planIn(given));
    });
  });

  it("is the same for what is left of the request as JSON, and leaves it as it was", () => {
    always((given) => {
      const request = requestOf({ ...given.chat, provider: given.own });
      const kept = JSON.stringify(request);
      const plan = planIn(given, {}, { request });
      expect(JSON.stringify(request)).toBe(kept);
      expect(planIn(given, {}, { request: JSON.parse(kept) })).toEqual(plan);
    });
  });

  it("names every endpoint of its models once, as a candidate or with a reason", () => {
    always((given) => {
      const { candidates, excluded, models } = planIn(given);
      const all = models.flatMap((id) =>
        Object.keys(id === "acme/one" ? given.one : given.two).map((tag) => `${id} ${tag}`),
      );
      expect([...candidates, ...excluded].map(({ endpoint }) => endpoint.id).sort()).toEqual(all.sort());
      for (const { reason } of excluded) expect(reason).toMatch(/^[a-z_]+$/);
    });
  });

  it("has only what every `only` names, and nothing that an `ignore` names or that has no key", () => {
    always((given) => {
      for (const { endpoint } of planIn(given).candidates) {
        for (const { only, ignore } of [given.own, given.operators]) {
          if (only) expect(only.some((name) => isMeant(name, endpoint))).toBe(true);
          if (ignore) expect(ignore.some((name) => isMeant(name, endpoint))).toBe(false);
        }
        expect(endpoint.provider.slug).not.toBe(given.off);
      }
    });
  });

  it("has the same candidates whatever is known and drawn: that only orders them", () => {
    fc.assert(
      fc.property(situation, knowledge, fc.integer(), (given, other, seed) => {
        const open = withFallbacks(given);
        const moved = planIn(open, {}, { health: healthOf(other), random: seededRandom(seed), sticky: undefined });
        expect(candidatesOf(moved).sort()).toEqual(candidatesOf(planIn(open)).sort());
        expect(moved.excluded).toEqual(planIn(open).excluded);
      }),
      RUNS,
    );
  });

  it("has all candidates of a model before those of the next, unless asked for one list or for speed", () => {
    always(({ own, operators, ...given }) => {
      const apart = { sort: null, preferred_min_throughput: null, preferred_max_latency: null };
      const plan = planIn({ ...given, own: { ...own, ...apart }, operators: { ...operators, ...apart } });
      const order = plan.candidates.map(({ endpoint }) => plan.models.indexOf(endpoint.modelId));
      // An alias of one endpoint and the model itself are two names.
      if (!given.chat.models?.includes("quick") && given.chat.model !== "quick")
        expect(order).toEqual(order.toSorted());
    });
  });
});

describe("order", () => {
  it("is a wish where fallbacks are allowed: it lets nobody out, and nobody in but the tiers that it names", () => {
    fc.assert(
      fc.property(situation, names, (given, order) => {
        const { model = "acme/one", service_tier } = given.chat;
        // A variant lets tiers in, and the cheap tier others out; both say what an order does to that elsewhere.
        if (/:(nitro|floor)/.test(`${model} ${given.chat.models}`) || service_tier === "flex") return;
        const open = withFallbacks(given);
        const without = planIn(open, { own: { ...open.own, order: [] } });
        const withOrder = planIn(open, { own: { ...open.own, order } });
        expect(candidatesOf(withOrder)).toEqual(expect.arrayContaining(candidatesOf(without)));
        for (const { endpoint } of withOrder.candidates) {
          if (candidatesOf(without).includes(endpoint.id)) continue;
          expect(endpoint.tag).toMatch(/\/(flex|priority)$/);
          expect(order.some((name) => isMeant(name, endpoint))).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("puts those that it names first, in its order, whatever is known and drawn", () => {
    fc.assert(
      fc.property(situation, usualNames, (given, order) => {
        const plan = planIn(withFallbacks(given), {
          providers: {},
          own: { order, sort: null, allow_fallbacks: true },
          operators: {},
        });
        const ranks = plan.candidates
          .filter(({ endpoint }) => endpoint.modelId === plan.models[0])
          .map(({ endpoint }) => order.findIndex((name) => isMeant(name, endpoint)))
          .map((index) => (index === -1 ? Infinity : index));
        if (given.chat.model !== "quick" && !given.chat.models?.includes("quick"))
          expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
      RUNS,
    );
  });

  it("is a closed list where they are not", () => {
    fc.assert(
      fc.property(situation, fc.tuple(names, usualNames), (given, [some, others]) => {
        const order = [...some, ...others, "a"];
        const { candidates } = planIn(given, { own: { ...given.own, order, allow_fallbacks: false } });
        for (const { endpoint } of candidates) expect(order.some((name) => isMeant(name, endpoint))).toBe(true);
      }),
      RUNS,
    );
  });
});

it("without fallbacks and order a plan has the first candidate of the one with fallbacks, and no other", () => {
  always((given) => {
    const open = { ...given.own, order: [] };
    const all = candidatesOf(planIn(given, { own: { ...open, allow_fallbacks: true } }));
    expect(candidatesOf(planIn(given, { own: { ...open, allow_fallbacks: false } }))).toEqual(all.slice(0, 1));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Percentiles } from "../../src/health/health.ts";
import { BUCKETS, bucketOf, LATENCY_MS, percentilesOf, type Scale, THROUGHPUT } from "../../src/health/histogram.ts";

/** The bound that the histogram promises. */
const MAX_ERROR = 0.06;

function percentilesThrough(values: number[], scale: Scale): Percentiles | undefined {
  const counts = new Float64Array(BUCKETS);
  for (const value of values) counts[bucketOf(value, scale)] = (counts[bucketOf(value, scale)] ?? 0) + 1;
  return percentilesOf(counts, scale);
}

/** The best value that a share of the values is no worse than. */
function exact(values: number[], percent: number, share: Scale["share"]): number {
  const isReached = (limit: number) => {
    const reached = values.filter((value) => (share === "within" ? value <= limit : value >= limit));
    return reached.length * 100 >= percent * values.length;
  };
  const candidates = values.filter(isReached);
  return share === "within" ? Math.min(...candidates) : Math.max(...candidates);
}

describe.each([
  { name: "latency", scale: LATENCY_MS, lowest: 2, highest: 600_000 },
  { name: "throughput", scale: THROUGHPUT, lowest: 0.25, highest: 75_000 },
])("the histogram of $name", ({ scale, lowest, highest }) => {
  it("has percentiles that are within 6 % of the exact ones", () => {
    const value = fc.oneof(
      fc.double({ min: lowest, max: highest, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }).map((share) => lowest * (highest / lowest) ** share),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 200 }), (values) => {
        const found = percentilesThrough(values, scale);
        for (const percent of [50, 75, 90, 99] as const) {
          const wanted = exact(values, percent, scale.share);
          expect(Math.abs((found?.[`p${percent}`] ?? 0) - wanted) / wanted).toBeLessThanOrEqual(MAX_ERROR);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is within 6 % at both sides of the edge of every bucket", () => {
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      const edge = lowest * 2 ** (bucket / 7);
      for (const value of [edge * (1 - 1e-9), edge * (1 + 1e-9)]) {
        const p50 = percentilesThrough(Array(5).fill(value), scale)?.p50 ?? 0;
        expect(Math.abs(p50 - value) / value).toBeLessThanOrEqual(MAX_ERROR);
      }
    }
  });

  it.each([
    { name: "nothing", value: 0, bucket: 0 },
    { name: "less than nothing", value: -5, bucket: 0 },
    { name: "the lowest", value: lowest, bucket: 0 },
    { name: "more than the highest", value: highest * 1000, bucket: BUCKETS - 1 },
  ])("counts $name at an end", ({ value, bucket }) => {
    expect(bucketOf(value, scale)).toBe(bucket);
  });
});

describe("percentiles", () => {
  it("say nothing below five samples", () => {
    expect(percentilesThrough([100, 100, 100, 100], LATENCY_MS)).toBeUndefined();
    expect(percentilesThrough([100, 100, 100, 100, 100], LATENCY_MS)).toBeDefined();
  });

  it.each([
    { name: "of latencies are what a share is done within", scale: LATENCY_MS, p50: 500, p90: 900, p99: 1000 },
    { name: "of throughputs are what a share reaches at least", scale: THROUGHPUT, p50: 600, p90: 200, p99: 100 },
  ])("$name", ({ scale, p50, p90, p99 }) => {
    const found = percentilesThrough([700, 100, 300, 1000, 500, 200, 900, 400, 600, 800], scale);
    const near = (value: number) => expect.closeTo(value, -Math.log10(2 * MAX_ERROR * value));
    expect(found).toMatchObject({ p50: near(p50), p90: near(p90), p99: near(p99) });
  });

  it("have three digits", () => {
    expect(percentilesThrough(Array(5).fill(1_234), LATENCY_MS)?.p50.toString()).toMatch(/^\d{3}0$/);
    expect(percentilesThrough(Array(5).fill(45.678), THROUGHPUT)?.p50.toString()).toMatch(/^\d\d\.\d$/);
  });
});

import { expect, it } from "vitest";
import type { Percentiles } from "../../src/health/health.ts";
import { usualLatencyMs } from "../../src/routing/hedge.ts";

const measured = (p50: number, p90: number): Percentiles => ({ p50, p75: (p50 + p90) / 2, p90, p99: p90 * 3 });

it.each<[name: string, latencyMs: Percentiles | undefined, expected: number]>([
  ["a second where nothing is measured", undefined, 1_000],
  ["what nine of ten need", measured(200, 500), 500],
  ["twice the median at least", measured(200, 210), 400],
  ["four medians at most", measured(200, 5_000), 800],
  ["just two medians", measured(200, 400), 400],
  ["just four medians", measured(200, 800), 800],
])("a first token takes at most, as a rule: %s", (_, latencyMs, expected) => {
  expect(usualLatencyMs(latencyMs)).toBe(expected);
});

it("what one in a hundred needs is no matter", () => {
  const { p99: _, ...rest } = measured(200, 500);
  expect(usualLatencyMs({ ...rest, p99: 60_000 })).toBe(usualLatencyMs({ ...rest, p99: 501 }));
});

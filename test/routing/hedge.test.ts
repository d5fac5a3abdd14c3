import { expect, it } from "vitest";
import type { Percentiles } from "../../src/health/health.ts";
import { usualLatencyMs } from "../../src/routing/hedge.ts";

const measured = (p50: number, p90: number, p99: number): Percentiles => ({ p50, p75: (p50 + p90) / 2, p90, p99 });

it.each<[name: string, latencyMs: Percentiles | undefined, expected: number]>([
  ["a second where nothing is measured", undefined, 1_000],
  ["what is between nine of ten and ninety-nine of a hundred", measured(200, 400, 600), 500],
  ["one and a half medians at least", measured(200, 210, 220), 300],
  ["four medians at most", measured(200, 500, 5_000), 800],
  ["just one and a half medians", measured(200, 280, 320), 300],
  ["just four medians", measured(200, 700, 900), 800],
])("a first token takes at most, as a rule: %s", (_, latencyMs, expected) => {
  expect(usualLatencyMs(latencyMs)).toBe(expected);
});

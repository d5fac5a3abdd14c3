import type { Usage } from "../schema/usage.ts";

/** Two usages as one: of an answer for which the upstream was asked twice. */
export function addUsage(first: Usage, second: Usage): Usage {
  const sum: Usage = { ...first };
  for (const [key, value] of Object.entries(second) as [keyof Usage, number | undefined][])
    if (value !== undefined) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}

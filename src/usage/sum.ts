import type { Usage } from "../schema/usage.ts";

/** Two usages as one: of an answer for which the upstream was asked twice. */
export function addUsage(first: Usage, second: Usage): Usage {
  const sum: Usage = { ...first };
  const isReported = first.reportedCacheRead !== undefined || second.reportedCacheRead !== undefined;
  for (const [key, value] of Object.entries(second) as [keyof Usage, number | undefined][])
    if (value !== undefined) sum[key] = (sum[key] ?? 0) + value;
  const read = ({ reportedCacheRead, cacheRead }: Usage) => reportedCacheRead ?? cacheRead;
  if (isReported) sum.reportedCacheRead = read(first) + read(second);
  return sum;
}

import { PII_ENTITIES } from "../../schema/checks.ts";
import type { PiiSpan } from "./settings.ts";

/** Spans of which no two share characters: of those that do, the longest stays, then the one of the earlier kind. In order. */
export function withoutOverlaps(spans: readonly PiiSpan[]): PiiSpan[] {
  const kept: PiiSpan[] = [];
  for (const cluster of clustersOf(spans)) kept.push(...strongest(cluster));
  return kept.sort((one, other) => one.start - other.start);
}

/** Spans that hang together by overlaps; nothing in one cluster touches another. */
function clustersOf(spans: readonly PiiSpan[]): PiiSpan[][] {
  const clusters: PiiSpan[][] = [];
  let end = 0;
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    if (span.start >= end) clusters.push([]);
    clusters.at(-1)?.push(span);
    end = Math.max(end, span.end);
  }
  return clusters;
}

function strongest(cluster: PiiSpan[]): PiiSpan[] {
  const kept: PiiSpan[] = [];
  for (const span of cluster.sort(byStrength)) {
    if (kept.every((other) => span.end <= other.start || other.end <= span.start)) kept.push(span);
  }
  return kept;
}

function byStrength(one: PiiSpan, other: PiiSpan): number {
  const longer = other.end - other.start - (one.end - one.start);
  return longer || PII_ENTITIES.indexOf(one.type) - PII_ENTITIES.indexOf(other.type) || one.start - other.start;
}

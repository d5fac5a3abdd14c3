import type { GenerationRecord } from "../schema/generation.ts";
import type { GenerationPage } from "./generations.ts";
import type { Reconciliation } from "./reconcile.ts";
import type { UsageQuery, UsageRow } from "./reports.ts";

/** Rows of several objects as one report: those of the same dimensions are added up, the dearest come first. */
export function mergeUsage(parts: UsageRow[][], { groupBy, limit }: UsageQuery): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of parts.flat()) {
    const name = JSON.stringify(groupBy.map((dimension) => row[dimension]));
    const sum = sums.get(name);
    sums.set(name, sum ? addUsage(sum, row) : row);
  }
  const costOf = ({ nanoUsd, byokNanoUsd }: UsageRow) => nanoUsd + byokNanoUsd;
  return [...sums.values()].sort((a, b) => costOf(b) - costOf(a)).slice(0, limit);
}

/** Two rows of the same dimensions as one. */
export function addUsage(first: UsageRow, second: UsageRow): UsageRow {
  return {
    ...first,
    requests: first.requests + second.requests,
    nanoUsd: first.nanoUsd + second.nanoUsd,
    byokNanoUsd: first.byokNanoUsd + second.byokNanoUsd,
    promptTokens: first.promptTokens + second.promptTokens,
    completionTokens: first.completionTokens + second.completionTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
  };
}

/** A page of a team's records, oldest first, without their plans. */
export interface RecordPage {
  records: GenerationRecord[];
  /** Where the next page begins; null at the end. */
  nextAfterId: string | null;
}

/**
 * Pages of several objects, all from the same id on, as one. It ends where the first of them that has more ends: what
 * the others have behind that comes with the next page.
 */
export function mergePages(pages: GenerationPage[], limit: number): RecordPage {
  const ends = pages.flatMap(({ nextAfterId }) => nextAfterId ?? []);
  const end = ends.length > 0 ? ends.reduce((a, b) => (a < b ? a : b)) : null;
  const records = pages
    .flatMap((page) => page.records.map((json) => JSON.parse(json) as GenerationRecord))
    .filter(({ id }) => end === null || id <= end)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const last = records[limit - 1];
  if (last && (records.length > limit || end !== null))
    return { records: records.slice(0, limit), nextAfterId: last.id };
  return { records, nextAfterId: end };
}

/** What the objects of a team have found, the team's own one first: it knows of all days. */
export function mergeReconciliations(parts: Reconciliation[]): Reconciliation {
  const [own = NOT_COMPARED] = parts;
  const checked = parts.flatMap(({ checkedAtMs }) => checkedAtMs ?? []);
  return {
    ...own,
    checkedAtMs: checked.length > 0 ? Math.min(...checked) : null,
    records: parts.reduce((sum, { records }) => sum + records, 0),
    differences: parts.flatMap(({ differences }) => differences),
  };
}

const NOT_COMPARED: Readonly<Reconciliation> = {
  ...{ days: 0, firstDay: null, lastDay: null, checkedAtMs: null, records: 0, differences: [] },
};

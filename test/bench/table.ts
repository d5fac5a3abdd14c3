import { type Row, reachesTarget } from "./measure.ts";
import type { Summary } from "./rounds.ts";
import type { ServerName } from "./servers.ts";

const SERVER_TITLES: Record<ServerName, string> = { gateway: "gateway", floor: "floor", jsFloor: "js floor" };

/** The rows as a text table: medians, and the least and greatest round in brackets. */
export function renderTable(rows: Row[]): string {
  const head = ["metric", ...Object.values(SERVER_TITLES), "compared", "target", ""];
  const cells = rows.map((row) => [
    `${row.metric}, ${row.unit}`,
    ...Object.keys(SERVER_TITLES).map((name) => renderSummary(row.values[name as ServerName])),
    renderComparison(row),
    row.target === null ? "" : `≤ ${row.target}`,
    VERDICTS.get(reachesTarget(row)) ?? "",
  ]);
  const lines = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const VERDICTS = new Map<boolean | undefined, string>([
  [true, "ok"],
  [false, "MISS"],
]);

function renderComparison({ comparison, compared, unit }: Row): string {
  switch (comparison.kind) {
    case "absolute":
      return "";
    case "ratio":
      return `${renderSummary(compared, 2)} × ${SERVER_TITLES[comparison.against]}`;
    case "difference":
      return `${renderSummary(compared, 2)} ${unit} over ${SERVER_TITLES[comparison.against]}`;
  }
}

function renderSummary(summary: Summary | undefined, digits?: number): string {
  if (!summary) return "";
  const { median, min, max } = summary;
  const [shown, from, to] = [median, min, max].map((value) => value.toFixed(digits ?? digitsFor(value)));
  return from === to ? `${shown}` : `${shown} [${from}–${to}]`;
}

function digitsFor(value: number): number {
  if (value >= 100) return 0;
  return value >= 10 ? 1 : 2;
}

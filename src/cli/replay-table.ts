/** What GET /generation/replay answers, as far as it is printed. */
export interface Replay {
  id: string;
  created_at: string;
  planned_at: string;
  seed: number;
  recorded: Outline;
  today: Outline & { requested?: string; strategy?: string; error?: { message: string } };
  difference: { same: boolean };
}

interface Outline {
  candidates: Row[];
  excluded: Row[];
}

interface Row {
  model: string;
  tag: string;
  reason: string;
}

/** Where an endpoint stands in a plan, and why. */
interface Standing {
  /** From 1; absent when it is left out. */
  place?: number;
  reason: string;
}

/** Both plans side by side, an endpoint a line: candidates in today's order first. What differs is marked. */
export function replayTable({ id, created_at, planned_at, seed, recorded, today, difference }: Replay): string {
  const [then, now] = [standings(recorded), standings(today)];
  const names = [...new Set([...now.keys(), ...then.keys()])];
  const last = Number.MAX_SAFE_INTEGER;
  const placeOf = (name: string) => now.get(name)?.place ?? last;
  const rows = names
    .sort((a, b) => placeOf(a) - placeOf(b) || (then.get(a)?.place ?? last) - (then.get(b)?.place ?? last))
    .map((name) => {
      const cells = [tell(then.get(name)), tell(now.get(name))];
      return [cells[0] === cells[1] ? "" : "*", name, ...cells];
    });
  const asked = today.requested === undefined ? "" : `, ${today.requested} (${today.strategy})`;
  return [
    `${id}${asked}, seed ${seed}`,
    difference.same ? "The plan of now is the plan of then." : "The plan of now differs from the plan of then (*).",
    ...(today.error ? [`Now: ${today.error.message}`] : []),
    "",
    ...columns([["", "endpoint", created_at, planned_at], ...rows]),
  ].join("\n");
}

function standings({ candidates, excluded }: Outline): Map<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const [index, { model, tag, reason }] of candidates.entries())
    standings.set(`${model} at ${tag}`, { place: index + 1, reason });
  for (const { model, tag, reason } of excluded) {
    const name = `${model} at ${tag}`;
    if (!standings.has(name)) standings.set(name, { reason });
  }
  return standings;
}

function tell(standing: Standing | undefined): string {
  if (!standing) return "not there";
  return standing.place === undefined ? `out: ${standing.reason}` : `${standing.place}. ${standing.reason}`;
}

/** Lines of cells that stand below each other. */
function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

import type { Card, CheckResult } from "../schema/selftest.ts";

const WIDTH = 100;
/** In a larger group the checks of which there is nothing to say stand side by side. */
const MAX_LINES = 12;

const MARKS = { passed: "✓", failed: "✗", skipped: "–" } as const;

/** The card of a self-test as a person reads it. */
export function renderCard(origin: string, card: Card): string {
  const groups = Map.groupBy(card.checks, ({ group }) => group);
  const parts = [...groups].map(([group, checks]) => {
    const passed = checks.filter(({ status }) => status === "passed").length;
    return `  ${group}: ${passed} of ${checks.length}\n${renderGroup(checks)}`;
  });
  const sum = `${card.passed} passed, ${card.failed} failed, ${card.skipped} skipped in ${(card.took_ms / 1000).toFixed(1)} s`;
  return `\n  The self-test of ${origin}\n\n${parts.join("\n\n")}\n\n  ${sum}\n`;
}

function renderGroup(checks: CheckResult[]): string {
  const isLoud = ({ status, detail }: CheckResult) => status !== "passed" || detail !== undefined;
  const lines = checks.length > MAX_LINES ? checks.filter(isLoud) : checks;
  const quiet = checks.filter((check) => !lines.includes(check)).map(({ name, status }) => `${MARKS[status]} ${name}`);
  return [...fill(quiet), ...lines.map(renderCheck)].map((line) => `    ${line}`).join("\n");
}

function renderCheck({ name, status, detail }: CheckResult): string {
  return `${MARKS[status]} ${name}${detail === undefined ? "" : `: ${detail}`}`;
}

/** Words set into lines. */
function fill(words: string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= WIDTH - 4) lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(word);
  }
  return lines;
}

import { existsSync } from "node:fs";
import { type Figure, isReached } from "./figure.ts";

/** Measures what the checks and the retrieval are worth, prints it, and fails when a target is missed. */

const PARTS = ["pii", "injection", "retrieval"];

async function figuresOf(part: string): Promise<Figure[]> {
  if (!existsSync(`${import.meta.dirname}/${part}.ts`)) return [];
  const { measure } = (await import(`./${part}.ts`)) as { measure: () => Promise<Figure[]> };
  return measure();
}

function lineOf(figure: Figure): string {
  const { name, value, target, better, unit = "" } = figure;
  const shown = unit === "" ? value.toFixed(3) : `${value.toFixed(2)} ${unit}`;
  const bound = `${better === "higher" ? "≥" : "≤"} ${target} ${unit}`.trimEnd();
  return `${isReached(figure) ? "reached" : "MISSED "}  ${name.padEnd(44)}  ${shown.padStart(14)}  ${bound}`;
}

const figures: Figure[] = [];
for (const part of PARTS) figures.push(...(await figuresOf(part)));
for (const figure of figures) console.log(lineOf(figure));
const missed = figures.filter((figure) => !isReached(figure));
console.log(`\n${figures.length - missed.length} of ${figures.length} targets reached`);
process.exitCode = figures.length > 0 && missed.length === 0 ? 0 : 1;

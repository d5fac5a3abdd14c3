import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text, and whether it is an attack. */
export interface LabelledText {
  text: string;
  isAttack: boolean;
}

/** Texts of one author: a line each. */
export interface LabelledSet {
  name: string;
  texts: LabelledText[];
}

const DIRECTORY = join(import.meta.dirname, "sets/injection");

/** The sets whose file names begin with this: `train` or `exam`. */
export function readSets(role: "train" | "exam"): LabelledSet[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.startsWith(`${role}-`))
    .sort()
    .map((name) => ({ name: name.replace(".jsonl", ""), texts: readSet(join(DIRECTORY, name)) }));
}

function readSet(path: string): LabelledText[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const { text, label }: { text: string; label: "attack" | "benign" } = JSON.parse(line);
    return { text, isAttack: label === "attack" };
  });
}

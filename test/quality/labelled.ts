import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { documentation } from "./documentation.ts";
import { type LabelledText, readLabelled } from "./read-labelled.ts";
import { TUNING_ATTACKS, TUNING_BENIGN } from "./sets/injection-tuning.ts";

/** Texts of one author, or of one kind. */
export interface LabelledSet {
  name: string;
  texts: LabelledText[];
}

const DIRECTORY = join(import.meta.dirname, "sets/injection");

/** What the model of wordings is fitted to. */
export function trainingSets(): LabelledSet[] {
  return [
    { name: "tuning", texts: labelled(TUNING_ATTACKS, TUNING_BENIGN) },
    { name: "documentation", texts: documentation() },
    ...setsNamed("train-"),
  ];
}

/** What nothing was fitted to; each was written by somebody who had seen neither the rules nor the other sets. */
export function examSets(): LabelledSet[] {
  return setsNamed("exam-");
}

export function labelled(attacks: readonly string[], benign: readonly string[]): LabelledText[] {
  return [...attacks.map((text) => ({ text, isAttack: true })), ...benign.map((text) => ({ text, isAttack: false }))];
}

function setsNamed(prefix: string): LabelledSet[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => ({
      name: name.slice(prefix.length).replace(".jsonl", ""),
      texts: readLabelled(readFileSync(join(DIRECTORY, name), "utf8")),
    }));
}

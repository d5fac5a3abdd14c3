import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exampleOf, fitModel, logOddsOf, type Model } from "./fit.ts";
import { type LabelledSet, readSets } from "./labelled.ts";
import { TUNING_ATTACKS, TUNING_BENIGN } from "./sets/injection-tuning.ts";

/**
 * `npm run quality:train`: fits the model of wordings to all the labelled texts but the exam's and writes its weights. With
 * `--check` it writes nothing, and prints how each set fares with a model that was fitted to the others.
 */

const WEIGHTS = join(import.meta.dirname, "../../src/checks/injection/weights.table.ts");
const MOST = 127;

const tuning: LabelledSet = {
  name: "tuning",
  texts: [
    ...TUNING_ATTACKS.map((text) => ({ text, isAttack: true })),
    ...TUNING_BENIGN.map((text) => ({ text, isAttack: false })),
  ],
};
const sets = [tuning, ...readSets("train")].map(({ name, texts }) => ({ name, examples: texts.map(exampleOf) }));

if (process.argv.includes("--check")) check();
else write(fitModel(sets.flatMap(({ examples }) => examples)));

function check(): void {
  for (const { name, examples } of sets) {
    const model = fitModel(sets.filter((set) => set.name !== name).flatMap((set) => set.examples));
    const share = (isAttack: boolean) => {
      const all = examples.filter((example) => example.isAttack === isAttack);
      const hits = all.filter((example) => logOddsOf(model, example) >= 0).length;
      return all.length === 0 ? "  –  " : (hits / all.length).toFixed(3);
    };
    console.log(`${name.padEnd(28)} recall ${share(true)}  false positives ${share(false)}`);
  }
}

/** As whole numbers of eight bits, the unit a step of them. */
function write({ bias, weights }: Model): void {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const unit = greatest / MOST;
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / unit));
  const base64 = Buffer.from(bytes.buffer).toString("base64");
  writeFileSync(
    WEIGHTS,
    `/** What \`npm run quality:train\` found: a weight for each bucket of features, in units, eight bits each. */
export default { bias: ${bias}, unit: ${unit}, weights: "${base64}" };
`,
  );
  execFileSync("biome", ["check", "--write", WEIGHTS], { stdio: "inherit" });
}

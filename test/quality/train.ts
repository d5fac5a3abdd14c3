import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exampleOf, fitModel, logOddsOf, packed } from "./fit.ts";
import { trainingSets } from "./labelled.ts";

/**
 * `npm run quality:train`: fits the model of wordings to all labelled texts but the exams and writes its weights. With
 * `--check` it writes nothing, and prints how each set fares with a model that was fitted to the others.
 */

const WEIGHTS = join(import.meta.dirname, "../../src/checks/injection/weights.table.ts");
const sets = trainingSets().map(({ name, texts }) => ({ name, examples: texts.map(exampleOf) }));

if (process.argv.includes("--check")) check();
else write();

function check(): void {
  for (const { name, examples } of sets) {
    const model = fitModel(sets.filter((set) => set.name !== name).flatMap((set) => set.examples));
    const share = (isAttack: boolean) => {
      const all = examples.filter((example) => example.isAttack === isAttack);
      const hits = all.filter((example) => logOddsOf(model, example) >= 0).length;
      return all.length === 0 ? "  –  " : (hits / all.length).toFixed(3);
    };
    console.log(`${name.padEnd(16)} recall ${share(true)}  false positives ${share(false)}`);
  }
}

function write(): void {
  const { bias, unit, weights } = packed(fitModel(sets.flatMap(({ examples }) => examples)));
  writeFileSync(
    WEIGHTS,
    `/** What \`npm run quality:train\` found: a weight for each bucket of features, in units, eight bits each. */
export default { bias: ${bias}, unit: ${unit}, weights: "${weights}" };
`,
  );
  execFileSync("biome", ["check", "--write", WEIGHTS], { stdio: "inherit" });
}

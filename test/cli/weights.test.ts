import { expect, it } from "vitest";
import model from "../../src/checks/injection/weights.table.ts";
import { exampleOf, fitModel, packed } from "../quality/fit.ts";
import { trainingSets } from "../quality/labelled.ts";

// Otherwise `npm run quality:train` has to be run again: texts, or the documentation of a dependency, have changed.
it("the weights of wordings are those that the labelled texts give", () => {
  const examples = trainingSets().flatMap(({ texts }) => texts.map(exampleOf));
  expect(packed(fitModel(examples))).toEqual(model);
}, 60_000);

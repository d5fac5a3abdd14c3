import { expect, it } from "vitest";
import model from "../../src/checks/injection/weights.table.ts";
import { exampleOf, fitModel, packed } from "../quality/fit.ts";
import { trainingSets } from "../quality/labelled.ts";

it("the weights of wordings are those that the labelled texts give", () => {
  const examples = trainingSets().flatMap(({ texts }) => texts.map(exampleOf));
  expect(packed(fitModel(examples))).toEqual(model);
}, 60_000);

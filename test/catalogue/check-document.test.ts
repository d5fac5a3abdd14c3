import { describe, expect, it } from "vitest";
import { checkDocument } from "../../src/catalogue/check-document.ts";
import type { CatalogueRows } from "../../src/catalogue/merge.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";

const ROWS: CatalogueRows = {
  providers: {
    acme: { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1" },
    beta: { name: "Beta", api: "openai-chat", base_url: "https://beta.test/v1" },
  },
  models: plainRows({ "acme/one": { name: "One", endpoints: [{ provider: "acme", model: "one" }] } }),
};

describe("the check of a document", () => {
  const provider = (fields: object) => ({ providers: { new: fields } });
  const model = (fields: object) => ({ models: { "new/two": fields } });
  const endpoint = (fields: object) => model({ name: "Two", endpoints: [{ provider: "acme", model: "a" }, fields] });
  const NEW = { name: "New", api: "openai-chat", base_url: "https://new.test" };

  it.each<[name: string, document: object, path: string | undefined]>([
    ["nothing", {}, undefined],
    ["a new provider", provider(NEW), undefined],
    ["part of a known provider", { providers: { acme: { name: "X" } } }, undefined],
    ["part of a known model", { models: { "acme/one": { name: "X" } } }, undefined],
    ["a model without endpoints", model({ name: "Two", endpoints: [] }), undefined],
    ["a default model", { defaults: { model: "acme/one" } }, undefined],
    ["a tag with a suffix", endpoint({ provider: "beta", model: "b", tag: "beta/fp8" }), undefined],
    ["a provider without a name", provider({ ...NEW, name: undefined }), "providers.new.name"],
    ["a provider without a format", provider({ ...NEW, api: undefined }), "providers.new.api"],
    ["a provider without a URL", provider({ ...NEW, base_url: undefined }), "providers.new.base_url"],
    ["a model without a name", model({ endpoints: [] }), "models.new/two.name"],
    ["a model without its endpoints", model({ name: "Two" }), "models.new/two.endpoints"],
    ["an unknown provider", endpoint({ provider: "who", model: "x" }), "models.new/two.endpoints.1.provider"],
    [
      "a provider called like a method",
      endpoint({ provider: "constructor", model: "x" }),
      "models.new/two.endpoints.1.provider",
    ],
    [
      "another provider's tag",
      endpoint({ provider: "beta", model: "b", tag: "acme" }),
      "models.new/two.endpoints.1.tag",
    ],
    [
      "a tag that only begins alike",
      endpoint({ provider: "beta", model: "b", tag: "betamax" }),
      "models.new/two.endpoints.1.tag",
    ],
    ["an unknown default", { defaults: { model: "who/knows" } }, "defaults.model"],
  ])("says what is wrong, and where: %s", (_, document, path) => {
    expect(checkDocument(ROWS, catalogueDocumentSchema.parse(document))?.path).toBe(path);
  });
});

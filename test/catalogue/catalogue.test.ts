import { describe, expect, it } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { checkDocument } from "../../src/catalogue/check-document.ts";
import type { CatalogueRows } from "../../src/catalogue/merge.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import { type CatalogueDocument, catalogueDocumentSchema } from "../../src/schema/catalogue.ts";

const BUILT_IN: CatalogueRows = {
  providers: {
    acme: { name: "Acme", api: "openai-chat", base_url: "https://acme.example/v1/", key: "ACME_API_KEY" },
    cloud: { name: "Cloud", api: "openai-chat", base_url: "https://{REGION=eu}.{ACCOUNT}.example/v1" },
  },
  models: plainRows({
    "acme/one": {
      name: "One",
      canonical_slug: "acme/one-20260101",
      context_length: 1000,
      endpoints: [
        { provider: "acme", model: "one" },
        {
          provider: "acme",
          model: "one-r",
          tag: "acme/r",
          api: "openai-responses",
          quirks: { no_stream_options: true },
        },
        { provider: "cloud", model: "one", base_url: "https://{ACCOUNT}.other.example", context_length: 10 },
        { provider: "gone", model: "one" },
      ],
    },
  }),
};

function catalogueOf(document: CatalogueDocument = {}, variables: Record<string, string> = {}): Catalogue {
  return new Catalogue(BUILT_IN, catalogueDocumentSchema.parse(document), (name) => variables[name]);
}

describe("endpoints", () => {
  const endpoints = catalogueOf().model("acme/one")?.endpoints ?? [];

  it("leaves out those of providers that are not known", () => {
    expect(endpoints.map(({ tag }) => tag)).toEqual(["acme", "acme/r", "cloud"]);
  });

  it("have the provider's ways, or their own", () => {
    expect(endpoints.map(({ provider }) => provider.api)).toEqual(["openai-chat", "openai-responses", "openai-chat"]);
    expect(endpoints.map(({ provider }) => provider.quirks)).toEqual([{}, { no_stream_options: true }, {}]);
    expect(endpoints.map(({ provider }) => provider.slug)).toEqual(["acme", "acme", "cloud"]);
  });

  it("have the model's context, or their own", () => {
    expect(endpoints.map(({ contextLength }) => contextLength)).toEqual([1000, 1000, 10]);
  });
});

it("endpoints with the same tag have ids of their own", () => {
  const row = { provider: "acme", model: "one" };
  const endpoints = [row, { ...row, tag: "acme/r" }, { ...row, quantization: "fp4" as const }, row];
  const model = catalogueOf({ models: { "acme/one": { endpoints } } }).model("acme/one");
  expect(model?.endpoints.map(({ id, tag }) => [id, tag])).toEqual([
    ["acme/one acme", "acme"],
    ["acme/one acme/r", "acme/r"],
    ["acme/one acme#2", "acme"],
    ["acme/one acme#3", "acme"],
  ]);
});

describe("variables in a base URL", () => {
  it("are filled in", () => {
    const provider = catalogueOf({}, { ACCOUNT: "me", REGION: "us" }).provider("cloud");
    expect(provider).toMatchObject({ baseUrl: "https://us.me.example/v1", missingVariables: [] });
  });

  it("have a default, or are missing", () => {
    expect(catalogueOf({}, { ACCOUNT: "me" }).provider("cloud")?.baseUrl).toBe("https://eu.me.example/v1");
    expect(catalogueOf().provider("cloud")?.missingVariables).toEqual(["ACCOUNT"]);
    expect(catalogueOf().model("acme/one")?.endpoints[2]?.provider.missingVariables).toEqual(["ACCOUNT"]);
  });

  it.each(["https://{}.example", "https://{A B}.example", "{SCHEME}://x", "https://x/{", "ftp://{A}.example", "{URL}"])(
    "are refused as %s",
    (base_url) => expect(catalogueDocumentSchema.safeParse({ providers: { acme: { base_url } } }).success).toBe(false),
  );

  it("may stand for the whole URL when they have a default", () => {
    const document = { providers: { cloud: { base_url: "{CLOUD_URL=http://127.0.0.1:1/v1}" } } };
    expect(catalogueOf(document).provider("cloud")?.baseUrl).toBe("http://127.0.0.1:1/v1");
    expect(catalogueOf(document, { CLOUD_URL: "http://gpu:2/v1/" }).provider("cloud")?.baseUrl).toBe("http://gpu:2/v1");
  });
});

describe("the operator's document", () => {
  it("wins field by field, and keeps the rest", () => {
    const catalogue = catalogueOf({
      models: { "acme/one": { name: "Mine" } },
      providers: { acme: { name: "My Acme" } },
    });
    expect(catalogue.model("acme/one")?.row).toMatchObject({ name: "Mine", context_length: 1000 });
    expect(catalogue.provider("acme")).toMatchObject({ name: "My Acme", baseUrl: "https://acme.example/v1" });
    expect(catalogue.model("acme/one-20260101")?.id).toBe("acme/one");
  });

  it("adds models after the built-in ones", () => {
    const catalogue = catalogueOf({
      models: { "my/own": { name: "Own", canonical_slug: "my/own-1", endpoints: [{ provider: "acme", model: "x" }] } },
    });
    expect(catalogue.modelIds()).toEqual(["acme/one", "my/own"]);
    expect(catalogue.model("my/own-1")?.id).toBe("my/own");
  });

  it.each([
    [
      { models: { "acme/one": { endpoints: [{ provider: "gone", model: "x" }] } } },
      "models.acme/one.endpoints.0.provider",
    ],
    [{ models: { "my/own": { name: "Own" } } }, "models.my/own.endpoints"],
    [{ models: { "my/own": { endpoints: [] } } }, "models.my/own.name"],
    [{ providers: { mine: { name: "Mine" } } }, "providers.mine.api"],
    [{ defaults: { model: "acme/none" } }, "defaults.model"],
    [{ defaults: { model: "acme/one" }, models: { "acme/one": { name: "Mine" } } }, undefined],
  ])("%j is wrong at %s", (document, path) => {
    expect(checkDocument(BUILT_IN, catalogueDocumentSchema.parse(document))?.path).toBe(path);
  });

  it("does not take what objects have by nature for rows", () => {
    const catalogue = catalogueOf();
    for (const name of ["toString", "__proto__", "constructor"]) {
      expect(catalogue.model(name)).toBeUndefined();
      expect(catalogue.provider(name)).toBeUndefined();
    }
  });
});

import { describe, expect, it } from "vitest";
import { Catalogue } from "../../../src/catalogue/catalogue.ts";
import { plainRows } from "../../../src/catalogue/model-rows.ts";
import { RouterError } from "../../../src/errors.ts";
import { type Listed, pageOf, readModelQuery, selectModels } from "../../../src/http/models/model-query.ts";
import { toWireEndpoint, toWireModel } from "../../../src/http/models/model-wire.ts";
import type { ModelRow } from "../../../src/schema/catalogue.ts";

const NOW = Date.parse("2026-11-21T00:00:00Z");
const DAY = 86_400;

const MODELS: Record<string, ModelRow> = {
  "acme/cheap": {
    name: "Acme: Cheap Talker",
    created: NOW / 1000 - 10 * DAY,
    context_length: 8000,
    tokenizer: "GPT",
    distillable: true,
    endpoints: [
      {
        provider: "acme",
        model: "cheap",
        pricing: { prompt: "0.0000001", completion: "0.0000002" },
        supported_parameters: ["tools", "tool_choice"],
      },
      { provider: "acme", model: "cheap", tag: "acme/priority", pricing: { prompt: "0.001", completion: "0.002" } },
    ],
  },
  "acme/dear": {
    name: "Acme: Dear Thinker",
    created: NOW / 1000 - 100 * DAY,
    context_length: 200_000,
    input_modalities: ["text", "image"],
    endpoints: [
      {
        provider: "zero",
        model: "dear",
        pricing: { prompt: "0.00001", completion: "0.00005", input_cache_read: "0.000001" },
        supported_parameters: ["stop", "tools"],
      },
    ],
  },
  "other/unpriced": { name: "Unpriced", endpoints: [{ provider: "acme", model: "unpriced" }] },
  "other/vectors": {
    name: "Vectors",
    output_modalities: ["embeddings"],
    endpoints: [{ provider: "acme", model: "v" }],
  },
  "other/painter": {
    name: "Painter",
    output_modalities: ["text", "image"],
    endpoints: [{ provider: "acme", model: "p" }],
  },
};

const catalogue = new Catalogue(
  {
    providers: {
      acme: { name: "Acme Inc", api: "openai-chat", base_url: "https://acme.example" },
      zero: {
        name: "Zero",
        api: "openai-chat",
        base_url: "https://zero.example",
        data_policy: { training: false, retention_days: 0 },
        regions: ["eu"],
      },
    },
    models: plainRows(MODELS),
  },
  {},
);

const LISTED: Listed[] = catalogue.modelIds().map((id) => {
  const model = catalogue.model(id);
  if (!model) throw new Error(id);
  return { model, endpoints: model.endpoints };
});

function select(query: Record<string, string>): string[] {
  return selectModels(LISTED, readModelQuery(query), NOW).map(({ model }) => model.id.split("/")[1] ?? "");
}

const TEXT = ["cheap", "dear", "unpriced", "painter"];

describe("the query of the model list", () => {
  it.each<[Record<string, string>, string[]]>([
    [{}, TEXT],
    [{ output_modalities: "all" }, ["cheap", "dear", "unpriced", "vectors", "painter"]],
    [{ output_modalities: "embeddings" }, ["vectors"]],
    [{ output_modalities: "image,embeddings" }, ["vectors", "painter"]],
    [{ input_modalities: "text,image" }, ["dear"]],
    [{ supported_parameters: "tools" }, ["cheap", "dear"]],
    [{ supported_parameters: "tools, tool_choice" }, ["cheap"]],
    [{ q: "THINK acme" }, ["dear"]],
    [{ q: "other/" }, ["unpriced", "painter"]],
    [{ context: "8001" }, ["dear"]],
    [{ max_price: "0.1" }, ["cheap"]],
    [{ min_price: "0.2" }, ["dear"]],
    [{ min_price: "0" }, ["cheap", "dear"]],
    [{ min_output_price: "0.2", max_output_price: "50" }, ["cheap", "dear"]],
    [{ arch: "gpt" }, ["cheap"]],
    [{ model_authors: "other,nobody" }, ["unpriced", "painter"]],
    [{ providers: "zero" }, ["dear"]],
    [{ providers: "acme inc" }, ["cheap", "unpriced", "painter"]],
    [{ distillable: "true" }, ["cheap"]],
    [{ distillable: "false" }, ["dear", "unpriced", "painter"]],
    [{ zdr: "true" }, ["dear"]],
    [{ region: "eu" }, ["dear"]],
    [{ region: "us" }, []],
    [{ max_age_days: "30" }, ["cheap"]],
    [{ min_age_days: "30" }, ["dear"]],
    [{ min_intelligence_index: "1" }, []],
    [{ sort: "newest" }, TEXT],
    [{ sort: "context-high-to-low" }, ["dear", "cheap", "unpriced", "painter"]],
    [{ sort: "pricing-low-to-high" }, TEXT],
    [{ sort: "pricing-high-to-low" }, ["dear", "cheap", "unpriced", "painter"]],
    [{ sort: "top-weekly", category: "programming" }, TEXT],
    [{ unheard_of: "1", q: "" }, TEXT],
  ])("%j selects %j", (query, ids) => expect(select(query)).toEqual(ids));

  it.each<[string, string]>([
    ["limit", "0"],
    ["limit", "1001"],
    ["limit", "ten"],
    ["offset", "-1"],
    ["offset", "1.5"],
    ["sort", "best"],
    ["category", "cooking"],
    ["output_modalities", "smell"],
    ["input_modalities", "text,smell"],
    ["region", "mars"],
    ["zdr", "false"],
    ["distillable", "yes"],
    ["all", "1"],
    ["max_price", "cheap"],
    ["context", "NaN"],
    ["use_rss", "true"],
  ])("%s=%s is a 400 that names the parameter", (name, value) => {
    const read = () => readModelQuery({ [name]: value });
    expect(read).toThrow(RouterError);
    expect(read).toThrow(new RegExp(`^${name}(\\.\\d+)?: `));
  });
});

describe("pages", () => {
  const items = [..."abcdefg"];
  it.each([
    [{}, "abcdefg", undefined],
    [{ limit: "3" }, "abc", 3],
    [{ offset: "3", limit: "3" }, "def", 6],
    [{ offset: "6", limit: "3" }, "g", undefined],
    [{ offset: "4", limit: "3" }, "efg", undefined],
    [{ offset: "9", limit: "3" }, "", undefined],
    [{ offset: "2" }, "cdefg", undefined],
  ])("%j holds %s", (query, page, nextOffset) => {
    expect(pageOf(items, readModelQuery(query as Record<string, string>))).toEqual({ page: [...page], nextOffset });
  });
});

describe("a model on the wire", () => {
  const [cheap, dear, unpriced] = LISTED as [Listed, Listed, Listed];

  it("has the price of its first endpoint that is of no other tier, or one that says unknown", () => {
    expect(toWireModel(cheap.model, cheap.endpoints).pricing).toEqual({ prompt: "0.0000001", completion: "0.0000002" });
    expect(toWireModel(unpriced.model, unpriced.endpoints).pricing).toEqual({ prompt: "-1", completion: "-1" });
  });

  it("says which tool choices an endpoint takes", () => {
    const choices = [...cheap.endpoints, ...dear.endpoints].map(
      (endpoint) => toWireEndpoint(cheap.model, endpoint).supports_tool_choice,
    );
    expect(choices).toEqual([
      { auto: true, function: true, none: true, required: true },
      { auto: false, function: false, none: false, required: false },
      { auto: true, function: false, none: false, required: false },
    ]);
  });

  it("caches by itself where reading has a price and nothing must be marked", () => {
    const caches = [cheap, dear].map(({ model, endpoints: [first] }) => first && toWireEndpoint(model, first));
    expect(caches.map((endpoint) => endpoint?.supports_implicit_caching)).toEqual([false, true]);
  });
});

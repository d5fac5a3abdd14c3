import { expect, it } from "vitest";
import { DEMO_MODELS, DEMO_PROVIDER, DEMO_SLUG } from "../../src/demo/catalogue.ts";
import { ACCIDENTS, HANG } from "../../src/demo/faults.ts";
import { REFUSALS } from "../../src/demo/refusals.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import { ask } from "./ask.ts";

it("is a catalogue document as the operator's is, but for its URL, which is no web address", () => {
  const provider = { ...DEMO_PROVIDER, base_url: "https://example.com/v1" };
  const document = { providers: { [DEMO_SLUG]: provider }, models: DEMO_MODELS };
  expect(catalogueDocumentSchema.parse(document)).toEqual(document);
});

it("lists every fault there is, and every listed model exists", async () => {
  const ids = Object.keys(DEMO_MODELS);
  const faults = [...Object.keys(REFUSALS), ...Object.keys(ACCIDENTS), HANG].map((model) => `${DEMO_SLUG}/${model}`);
  expect(ids.filter((id) => id.includes("fault-")).sort()).toEqual(faults.sort());
  for (const id of ids.filter((candidate) => !candidate.includes("fault-"))) {
    const response = await ask(id.slice(DEMO_SLUG.length + 1));
    expect(response.status, id).toBe(200);
    await response.body?.cancel();
  }
});

it("names the model at the provider as the public id does, and has a price", () => {
  for (const [id, { endpoints }] of Object.entries(DEMO_MODELS)) {
    expect(endpoints.map((endpoint) => `${endpoint.provider}/${endpoint.model}`)).toEqual([id]);
    expect(endpoints[0]?.pricing).toEqual({ prompt: "0.000001", completion: "0.000002" });
  }
});

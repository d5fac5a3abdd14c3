import { beforeEach, expect, it } from "vitest";
import { BUILT_IN } from "../../src/catalogue/built-in.ts";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { type CatalogueDocument, catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import { isolateCooldowns, isolateLimits } from "../../src/store/health.ts";
import { forgetMovedProviders } from "../../src/store/moved-providers.ts";

const NOW = Date.UTC(2026, 5, 10);
const ROW = {
  name: "Acme",
  api: "openai-chat",
  base_url: "https://acme.test/v1",
  key: "ACME_KEY",
  headers: { a: "b" },
};
const ENDPOINTS = ["acme/one acme", "acme/one acme/fp8#2", "acme/one acme/turbo byok:1"];
const OTHERS = ["acme/one bolt", "acme/acme acmes/x"];

function versionOf(providers: object) {
  const document: CatalogueDocument = catalogueDocumentSchema.parse({ providers });
  return { document, catalogue: new Catalogue(BUILT_IN, document) };
}

beforeEach(() => {
  isolateCooldowns.clear();
  isolateLimits.clear();
  for (const id of [...ENDPOINTS, ...OTHERS]) {
    isolateCooldowns.note(id, { kind: "rate_limited", retryAfterMs: 50_000 }, NOW);
    isolateLimits.learn(id, { requests: { limit: 10, remaining: 0, resetAtMs: NOW + 50_000 } }, NOW);
  }
});

it.each<[name: string, before: object | undefined, after: object, isForgotten: boolean]>([
  ["another URL", { acme: ROW }, { acme: { ...ROW, base_url: "https://acme.test/v2" } }, true],
  ["another format", { acme: ROW }, { acme: { ...ROW, api: "anthropic-messages" } }, true],
  ["another key", { acme: ROW }, { acme: { ...ROW, key: "OTHER_KEY" } }, true],
  ["other headers", { acme: ROW }, { acme: { ...ROW, headers: {} } }, true],
  ["no row any more", { acme: ROW }, {}, true],
  ["another name", { acme: ROW }, { acme: { ...ROW, name: "Acme Ltd" } }, false],
  ["nothing new", { acme: ROW }, { acme: ROW }, false],
  [
    "a neighbour at another URL",
    { acme: ROW, bold: ROW },
    { acme: ROW, bold: { ...ROW, base_url: "https://b.test" } },
    false,
  ],
  [
    "a key that is sealed anew",
    { acme: { ...ROW, key: { sealed: "a" } } },
    { acme: { ...ROW, key: { sealed: "b" } } },
    false,
  ],
  ["a row, of which nothing was known", undefined, { acme: ROW }, false],
])("a provider that has %s", (_, before, after, isForgotten) => {
  forgetMovedProviders(before && versionOf(before), versionOf(after));
  for (const id of ENDPOINTS) {
    expect(isolateCooldowns.coldUntil(id, NOW + 1) === undefined).toBe(isForgotten);
    expect(isolateLimits.wallUntil(id, 1, NOW + 1) === undefined).toBe(isForgotten);
  }
  for (const id of OTHERS) expect(isolateCooldowns.coldUntil(id, NOW + 1)).toBeDefined();
});

/// <reference types="node" />

/**
 * `npm run bench:plan`: what planning costs, in microseconds a request. A plan must grow with the candidates of the
 * models that are asked for, and not with the catalogue. Exit code 1 when it takes too long, or grows with it.
 */

import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import type { EndpointHealth, Health } from "../../src/health/health.ts";
import { planCandidates } from "../../src/routing/plan.ts";
import { seededRandom } from "../../src/routing/random.ts";
import { toRouteRequest } from "../../src/routing/request.ts";
import { type CatalogueDocument, catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import { parseChatRequest } from "../../src/schema/chat.ts";

/** Of one asked model with eight endpoints. */
const MAX_PLAN_US = 50;
/** A plan over 400 models may cost this many times one over 4. */
const MAX_GROWTH = 1.5;

const PROVIDERS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const NOW_MS = Date.parse("2026-06-15T12:00:00Z");

function documentOf(models: number, routing: object): CatalogueDocument {
  const providers = PROVIDERS.map((slug) => [
    slug,
    { name: slug, api: "openai-chat", base_url: "https://x.test", data_policy: { training: false, retention_days: 0 } },
  ]);
  const endpoints = PROVIDERS.map((provider, index) => ({
    provider,
    model: "m",
    tag: index % 2 ? `${provider}/fp8` : provider,
    quantization: "fp8",
    pricing: { prompt: `0.00000${index + 1}`, completion: `0.0000${index + 1}`, input_cache_read: "0.0000001" },
    context_length: 128_000,
    max_completion_tokens: 16_000,
    supported_parameters: ["temperature", "max_tokens", "tools", "tool_choice", "response_format", "seed"],
  }));
  const rows = Array.from({ length: models }, (_, index) => [`acme/${index}`, { name: "Model", endpoints }]);
  const document = { providers: Object.fromEntries(providers), models: Object.fromEntries(rows), routing };
  return catalogueDocumentSchema.parse(document);
}

const MEASURED: EndpointHealth = {
  hasOutage: false,
  uptime: 0.99,
  latencyMs: { p50: 400, p75: 500, p90: 900, p99: 2_000 },
  throughput: { p50: 60, p75: 50, p90: 40, p99: 10 },
  attempts: 1_000,
  successes: 980,
  failures: 10,
  rateLimits: 10,
  promptTokens: 1_000_000,
  cachedTokens: 300_000,
  toolRequests: 500,
  toolSuccesses: 490,
};
const HEALTH: Health = { of: () => MEASURED };

const TOOL = { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } };
const CHAT = {
  messages: [
    { role: "system", content: "You are a careful assistant. ".repeat(20) },
    { role: "user", content: "What is the weather like in Lisbon, and what should I wear? ".repeat(5) },
    { role: "user", content: "Answer in one sentence." },
  ],
  temperature: 0.7,
  max_tokens: 500,
};
const REQUESTS: [name: string, fields: object][] = [
  ["plain", {}],
  ["with tools", { tools: [TOOL], tool_choice: "auto" }],
  [
    "with preferences",
    { provider: { only: PROVIDERS, ignore: ["h"], data_collection: "deny", max_price: { prompt: 9 } } },
  ],
  ["sorted", { provider: { sort: "throughput", preferred_max_latency: { p50: 1, p90: 2 } } }],
  ["ordered", { provider: { order: ["c", "b/fp8"], require_parameters: true } }],
];

const ROUNDS = 15;
const RUNS = 4_000;

/** The least of some rounds, in microseconds a run: what else the machine does only adds to it. */
function measureUs(run: () => unknown): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let count = 0; count < RUNS; count++) run();
    least = Math.min(least, ((performance.now() - startMs) * 1_000) / RUNS);
  }
  return least;
}

/** Cost of a plan for the first `asked` models of a catalogue of so many. */
function planUs(models: number, asked: number, fields: object, routing: object = {}): number {
  const catalogue = new Catalogue({ providers: {}, models: plainRows({}) }, documentOf(models, routing));
  const names = Array.from({ length: asked }, (_, index) => `acme/${index}`);
  const request = toRouteRequest(parseChatRequest({ ...CHAT, ...fields, models: names }));
  const random = seededRandom(1);
  const input = { request, catalogue, health: HEALTH, isConfigured: () => true, nowMs: NOW_MS, random };
  const { candidates, excluded } = planCandidates(input);
  if (candidates.length + excluded.length !== asked * PROVIDERS.length) throw new Error("a plan that is no plan");
  return measureUs(() => planCandidates(input));
}

const misses: string[] = [];

function tell(what: string, us: number, limitUs = Infinity): number {
  if (us > limitUs) misses.push(what);
  console.log(
    `${what.padEnd(46)} ${us.toFixed(1).padStart(7)} µs${us > limitUs ? `  MISS, ≤ ${limitUs.toFixed(1)}` : ""}`,
  );
  return us;
}

const small = tell("1 model of 4", planUs(4, 1, {}), MAX_PLAN_US);
tell("1 model of 40", planUs(40, 1, {}), small * MAX_GROWTH);
tell("1 model of 400", planUs(400, 1, {}), Math.min(MAX_PLAN_US, small * MAX_GROWTH));
for (const asked of [2, 3]) tell(`${asked} models of 400`, planUs(400, asked, {}));
for (const [name, fields] of REQUESTS.slice(1)) tell(`1 model of 400, ${name}`, planUs(400, 1, fields), MAX_PLAN_US);
tell("1 model of 400, adaptive balance", planUs(400, 1, {}, { balance: "adaptive" }), MAX_PLAN_US);

const chat = parseChatRequest({ ...CHAT, model: "acme/0", tools: [TOOL] });
tell(
  "what planning looks at, of 3 messages",
  measureUs(() => toRouteRequest(chat)),
);

if (misses.length > 0) console.log(`\nmissed: ${misses.join(", ")}`);
process.exit(misses.length > 0 ? 1 : 0);

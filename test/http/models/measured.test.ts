import { beforeEach, describe, expect, it } from "vitest";
import type { AttemptFacts } from "../../../src/health/health.ts";
import { isolateHealth } from "../../../src/store/health.ts";
import { makeKey, manage, send } from "../client.ts";

const { key } = await makeKey();
const PATH = "/api/v1/models/measured/one/endpoints";
const SECOND = 1000;

let round = 0;
let tag = "";
/** Health remembers: every test has an endpoint of its own. */
beforeEach(async () => {
  tag = `demo/${round++}`;
  const json = { models: { "measured/one": { name: "One", endpoints: [{ provider: "demo", model: "echo", tag }] } } };
  expect((await manage("/api/v1/catalog", { method: "PUT", json })).status).toBe(200);
});

function note(verdict: AttemptFacts["verdict"], count: number, agoMs: number, facts: Partial<AttemptFacts> = {}): void {
  for (let n = 0; n < count; n++) isolateHealth.note(`measured/one ${tag}`, { verdict, ...facts }, Date.now() - agoMs);
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function listing(reader?: string): Promise<any> {
  const { data } = await (await send(PATH, { key: reader })).json<{ data: { endpoints: unknown[] } }>();
  return data.endpoints[0];
}

describe("an endpoint's status", () => {
  it.each([
    { name: "nothing is known", successes: 0, failures: 0, agoMs: 60 * SECOND, status: 0, uptime: null },
    { name: "it never fails", successes: 200, failures: 0, agoMs: 60 * SECOND, status: 0, uptime: 100 },
    { name: "it fails as often as one may", successes: 190, failures: 10, agoMs: 60 * SECOND, status: 0, uptime: 95 },
    { name: "it fails now and then", successes: 189, failures: 11, agoMs: 60 * SECOND, status: -1, uptime: 94.5 },
    { name: "it fails often", successes: 160, failures: 40, agoMs: 60 * SECOND, status: -1, uptime: 80 },
    { name: "it fails too often", successes: 159, failures: 41, agoMs: 60 * SECOND, status: -2, uptime: 79.5 },
    { name: "too little is known", successes: 2, failures: 20, agoMs: 60 * SECOND, status: 0, uptime: 9.09 },
    { name: "it fails right now", successes: 0, failures: 20, agoMs: 0, status: -2, uptime: 0 },
  ])("is $status when $name", async ({ successes, failures, agoMs, status, uptime }) => {
    note("success", successes, agoMs);
    note("failure", failures, agoMs);
    expect(await listing(key)).toMatchObject({ tag, status, uptime_last_30m: uptime });
  });
});

describe("an endpoint's speed", () => {
  it("is told to callers with a key only", async () => {
    note("success", 10, 0, { latencyMs: 120, tokensPerSecond: 40 });
    const told = await listing(key);
    expect(told).toMatchObject({ uptime_last_5m: 100, uptime_last_1d: 100 });
    expect(told.latency_last_30m.p50 / 120).toBeCloseTo(1, 0);
    expect(told.throughput_last_30m.p90 / 40).toBeCloseTo(1, 0);
    expect(await listing()).toMatchObject({
      uptime_last_5m: 100,
      latency_last_30m: null,
      throughput_last_30m: null,
    });
    expect((await send(PATH, { key: "sk-wrong" })).status).toBe(401);
  });
});

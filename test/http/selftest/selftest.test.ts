import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEMO_MODELS } from "../../../src/demo/catalogue.ts";
import { ACCIDENTS } from "../../../src/demo/faults.ts";
import { createApp } from "../../../src/http/app.ts";
import type { AppContext, AppEnv } from "../../../src/http/env.ts";
import { ANSWER_CHECKS } from "../../../src/http/selftest/answers.ts";
import { type Check, runChecks } from "../../../src/http/selftest/check.ts";
import { DEPARTURE_CHECKS } from "../../../src/http/selftest/departures.ts";
import { FAULT_CHECKS, FAULTS } from "../../../src/http/selftest/faults.ts";
import { clientsOf } from "../../../src/http/selftest/stage.ts";
import type { Card } from "../../../src/schema/selftest.ts";
import { isolateHealth } from "../../../src/store/health.ts";
import { chat, errorOf, HELLO, MANAGEMENT_KEY, makeKey, manage, requestTo, send } from "../client.ts";
import { cardOf, fails, inside, made, reds } from "./runs.ts";

const DEPLOYED = "https://pointsman.example.workers.dev";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const checksOf = (fault: string) => FAULT_CHECKS.filter(({ name }) => name === fault);

describe("the self-test", () => {
  it("has nothing to complain about, and leaves nothing behind", async () => {
    const keys = async () => (await env.KV.list()).keys.map(({ name }) => name);
    const attempts = () => isolateHealth.at(Date.now()).of("demo/fault-500 demo")?.attempts;
    const { data: own } = await makeKey();
    const before = { keys: await keys(), attempts: attempts() };
    const response = await manage("/api/v1/selftest", { method: "POST" });
    expect(response.status).toBe(200);
    const { data: card } = await response.json<{ data: Card }>();
    const complaints = card.checks.filter(({ status }) => status === "failed");
    expect(complaints).toEqual([]);
    expect(card).toMatchObject({ failed: 0, passed: card.checks.length - card.skipped });
    expect(card.skipped).toBeLessThanOrEqual(1);
    expect(card.took_ms).toBeLessThan(15_000);
    // What other tests have left there may expire meanwhile.
    const after = await keys();
    expect(after.filter((name) => !before.keys.includes(name))).toEqual([]);
    expect(after).toContain(`key:${own.hash}`);
    expect(attempts()).toBe(before.attempts);
    expect(new Set(card.checks.map(({ group, name }) => `${group} ${name}`)).size).toBe(card.checks.length);
  });

  it("knows every fault of the demo provider", () => {
    const faults = Object.keys(DEMO_MODELS).filter((id) => id.startsWith("demo/fault-"));
    expect(FAULTS.map(([model]) => `demo/${model}`)).toEqual(faults.sort());
    expect(FAULT_CHECKS).toHaveLength(4 * faults.length);
  });

  it("has the demo models where they are off, and opens them to nobody", async () => {
    const { key } = await makeKey();
    const context = createExecutionContext();
    const off = { ...env, DEMO: "off" };
    const call = { key: MANAGEMENT_KEY, method: "POST", origin: DEPLOYED };
    const running = createApp().fetch(requestTo("/v1/selftest", call), off, context);
    const asClient = { key, origin: DEPLOYED, json: { model: "demo/echo", messages: HELLO } };
    const client = await createApp().fetch(requestTo("/v1/chat/completions", asClient), off, context);
    const { data: card } = await (await running).json<{ data: Card }>();
    await waitOnExecutionContext(context);
    expect(client.status).toBe(404);
    expect(card.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(card.checks).toContainEqual(expect.objectContaining({ name: "the demo models", status: "passed" }));
  });

  it("is for the management key", async () => {
    await errorOf(send("/api/v1/selftest", { method: "POST" }), 401);
    const { key } = await makeKey();
    await errorOf(send("/api/v1/selftest", { method: "POST", key }), 403);
    // Its own models are nobody else's.
    await errorOf(chat(key, { model: "selftest/pair-500" }), 400);
  });
});

describe("the self-test is red", () => {
  it("where KV is dead, and what cannot be asked without a key is skipped", async () => {
    const KV = { get: fails, put: fails, list: fails, delete: fails } as unknown as KVNamespace;
    const card = await cardOf(createApp(), { KV });
    expect(reds(card.checks)).toContain("installation: KV keeps what it is given");
    expect(card.skipped).toBeGreaterThan(100);
    expect(JSON.stringify(card)).not.toContain("0123abc");
  });

  it("where a key's sum is not that of its requests", async () => {
    const LEDGER = {
      getByName(name: string) {
        const ledger = env.LEDGER.getByName(name);
        return {
          settle: (json: string) => ledger.settle(json),
          generation: (id: string) => ledger.generation(id),
          recall: () => ({}),
          async spend(hashes: string[], nowMs: number) {
            const spends = await ledger.spend(hashes, nowMs);
            for (const spend of Object.values(spends)) spend.total += 1;
            return spends;
          },
        };
      },
    } as unknown as Cloudflare.Env["LEDGER"];
    const { checks } = await cardOf(createApp(), { LEDGER });
    expect(reds(checks)).toEqual(["books: the key has spent what its requests have cost"]);
  });

  it("where a fault is none: an upstream that lies about its end", async () => {
    const honest = ACCIDENTS["fault-eof"];
    const lie = ACCIDENTS["fault-twice"];
    if (!honest || !lie) throw new Error("no such faults");
    expect(reds(await made(checksOf("fault-eof")))).toEqual([]);
    ACCIDENTS["fault-eof"] = lie;
    try {
      expect(reds(await made(checksOf("fault-eof")))).toHaveLength(4);
    } finally {
      ACCIDENTS["fault-eof"] = honest;
    }
  });

  /** The Worker with something wrong in its answers. */
  const tampered = (tamper: (response: Response, c: AppContext) => Promise<Response> | Response) => {
    const app = new Hono<AppEnv>();
    app.use(async (c, next) => {
      await next();
      const response = await tamper(c.res, c);
      c.res = undefined;
      c.res = response;
    });
    return app.route("/", createApp());
  };
  const isStream = (response: Response) => response.headers.get("content-type") === "text/event-stream";
  const rewritten = async (response: Response, rewrite: (text: string) => string) =>
    new Response(rewrite(await response.text()), response);

  it.each<[name: string, tamper: Parameters<typeof tampered>[0], fault: string, groups: string[]]>([
    [
      "a cut that looks like an end",
      (response) =>
        isStream(response)
          ? rewritten(response, (text) => text.replace(/data: \{[^\n]*"error":.*/s, "data: [DONE]\n\n"))
          : response,
      "fault-cut",
      ["faults alone, streamed", "faults with a fallback, streamed"],
    ],
    [
      "an error with status 200",
      (response) => (response.status > 400 ? new Response(response.body, { headers: response.headers }) : response),
      "fault-500",
      ["faults alone", "faults alone, streamed"],
    ],
    [
      "a record of another end",
      (response, c) =>
        c.req.path.endsWith("/generation")
          ? rewritten(response, (text) => text.replace(/"outcome":"\w+"/, '"outcome":"finished"'))
          : response,
      "fault-500",
      ["faults alone", "faults alone, streamed"],
    ],
    [
      "a record of another cost",
      (response, c) =>
        c.req.path.endsWith("/generation")
          ? rewritten(response, (text) => text.replace(/"total_cost":[^,]+/, '"total_cost":0.5'))
          : response,
      "fault-400",
      ["faults alone", "faults alone, streamed", "faults with a fallback", "faults with a fallback, streamed"],
    ],
    [
      "a fallback that nobody recorded",
      (response, c) =>
        c.req.path.endsWith("/generation")
          ? rewritten(response, (text) => text.replace(/\{[^{}]*"failure"[^{}]*\},/, ""))
          : response,
      "fault-400",
      ["faults with a fallback", "faults with a fallback, streamed"],
    ],
  ])("where there is %s", async (_, tamper, fault, groups) => {
    expect(reds(await made(checksOf(fault), tampered(tamper)))).toEqual(groups.map((group) => `${group}: ${fault}`));
  });

  it("where a departure is not booked as one", async () => {
    const app = tampered((response, c) =>
      c.req.path.endsWith("/generation")
        ? rewritten(response, (text) => text.replace('"cancelled":true', '"cancelled":false'))
        : response,
    );
    expect(reds(await made(DEPARTURE_CHECKS, app))).toHaveLength(DEPARTURE_CHECKS.length);
  });

  it("where an answer is another one streamed than in one piece", async () => {
    const checks = ANSWER_CHECKS.filter(({ name }) => name.includes("the same plain and streamed"));
    const app = tampered((response) =>
      isStream(response)
        ? rewritten(response, (text) => text.replace('"finish_reason":"stop"', '"finish_reason":"length"'))
        : response,
    );
    expect(reds(await made(checks)).length).toBe(0);
    expect(reds(await made(checks, app)).length).toBeGreaterThan(1);
  });

  it("where a check throws what nobody expected, and keeps its words to itself", async () => {
    const checks: Check[] = [{ group: "g", name: "n", run: () => Promise.reject(new Error("canary")) }];
    const [result] = await made(checks);
    expect(result).toMatchObject({ status: "failed", detail: "An unexpected error; the Worker's log has it whole." });
  });
});

describe("the checks' clock", () => {
  const slow: Check = { group: "g", name: "slow", run: () => new Promise(() => {}) };

  it("ends a check that hangs, and skips what has not begun by then", async () => {
    const results = await inside((c) =>
      runChecks(
        Array.from({ length: 40 }, () => slow),
        clientsOf(c, createApp(), undefined),
        Date.now() + 200,
      ),
    );
    expect(results.filter(({ status }) => status === "failed").length).toBeGreaterThan(0);
    expect(results.filter(({ status }) => status === "skipped").length).toBeGreaterThan(0);
    expect(results).toHaveLength(40);
  });
});

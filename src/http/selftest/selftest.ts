import type { Hono } from "hono";
import * as z from "zod";
import type { Card, CheckResult } from "../../schema/selftest.ts";
import { type AppContext, type AppEnv, waitUntilOf } from "../env.ts";
import { ANSWER_CHECKS } from "./answers.ts";
import { type Check, mustBe, runChecks } from "./check.ts";
import { parse } from "./client.ts";
import { DEPARTURE_CHECKS } from "./departures.ts";
import { FAULT_CHECKS } from "./faults.ts";
import { installationChecks } from "./installation.ts";
import { refusalChecks } from "./refusals.ts";
import { DEADLINE_CHECKS, ROUTING_CHECKS } from "./routing.ts";
import { clientsOf, type Purse, withPurse } from "./stage.ts";

/** The whole run takes no longer. */
const MAX_RUN_MS = 15_000;

/**
 * POST /selftest: sends some 180 requests through `app`, this Worker's own routes, to the demo provider, which goes
 * wrong in every way that it knows; looks at what a client sees and at what is booked, and at the installation. Answers
 * 200 also when something has failed. Needs no provider, calls none, and leaves no key behind.
 */
export async function postSelftest(c: AppContext, app: Hono<AppEnv>): Promise<Response> {
  const run = runSelftest(c, app);
  // Also when its caller leaves: the run's key must go.
  waitUntilOf(c)(run.catch(() => {}));
  return c.json({ data: await run });
}

async function runSelftest(c: AppContext, app: Hono<AppEnv>): Promise<Card> {
  const startedAtMs = Date.now();
  const checks = [
    ...installationChecks(c),
    ...ANSWER_CHECKS,
    ...ROUTING_CHECKS,
    ...DEADLINE_CHECKS,
    ...refusalChecks(c.env.MANAGEMENT_KEY),
    ...DEPARTURE_CHECKS,
    ...FAULT_CHECKS,
  ];
  const results = await withPurse(c, async (purse) => {
    const clients = clientsOf(c, app, purse);
    const made = await runChecks(checks, clients, startedAtMs + MAX_RUN_MS);
    // Only when all are through the sums can be compared.
    return [...made, ...(await runChecks([booksCheck(purse)], clients, startedAtMs + MAX_RUN_MS))];
  });
  const count = (status: CheckResult["status"]) => results.filter((result) => result.status === status).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    took_ms: Date.now() - startedAtMs,
    checks: results,
  };
}

const keySchema = z.object({ data: z.object({ usage: z.number() }) });

/** What a key has spent is what its generations have cost: nothing was booked twice, and nothing forgotten. */
function booksCheck(purse: Purse | undefined): Check {
  return {
    group: "books",
    name: "the key has spent what its requests have cost",
    async run(client) {
      const response = await client.call("/key", undefined);
      mustBe("the status", response.status, 200);
      const { data } = parse(keySchema, await response.json(), "the key");
      mustBe("the key's usage in US dollars", toDigits(data.usage), toDigits(purse?.spentUsd ?? 0));
      return `${toDigits(data.usage)} US dollars of demo money`;
    },
  };
}

/** Nano-dollars are what is counted. */
function toDigits(usd: number): string {
  return usd.toFixed(9);
}

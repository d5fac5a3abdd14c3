import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { AppContext, AppEnv } from "../../../src/http/env.ts";
import { type Check, runChecks } from "../../../src/http/selftest/check.ts";
import { installationChecks } from "../../../src/http/selftest/installation.ts";
import { postSelftest } from "../../../src/http/selftest/selftest.ts";
import { clientsOf, withPurse } from "../../../src/http/selftest/stage.ts";
import type { Card, CheckResult } from "../../../src/schema/selftest.ts";
import { requestTo } from "../client.ts";

export type Bindings = Partial<Cloudflare.Env>;

/** What a handler gives as JSON where these bindings are in force. */
export async function inside<Result>(
  handle: (c: AppContext) => Promise<Result>,
  bindings: Bindings = {},
): Promise<Result> {
  const context = createExecutionContext();
  const app = new Hono<AppEnv>().post("/", async (c) => c.json(await handle(c)));
  const response = await app.fetch(requestTo("/", { method: "POST" }), { ...env, ...bindings }, context);
  const result = await response.json<Result>();
  await waitOnExecutionContext(context);
  return result;
}

/** The whole card of an app. */
export function cardOf(app: Hono<AppEnv>, bindings?: Bindings): Promise<Card> {
  return inside(async (c) => {
    const { data } = await (await postSelftest(c, app)).json<{ data: Card }>();
    return data;
  }, bindings);
}

/** How some checks go. */
export function made(checks: Check[], app: Hono<AppEnv> = createApp()): Promise<CheckResult[]> {
  return inside((c) => withPurse(c, (purse) => runChecks(checks, clientsOf(c, app, purse), Date.now() + 15_000)));
}

export function reds(checks: CheckResult[]): string[] {
  return checks.filter(({ status }) => status === "failed").map(({ group, name }) => `${group}: ${name}`);
}

/** How the installation's own checks go. */
export function installed(bindings?: Bindings): Promise<CheckResult[]> {
  return inside(
    (c) => runChecks(installationChecks(c), clientsOf(c, createApp(), undefined), Date.now() + 5_000),
    bindings,
  );
}

/** A store that does not answer. */
export const fails = () => Promise.reject(new Error("internal error; reference = 0123abc"));

import { Hono } from "hono";
import { Catalogue } from "../../catalogue/catalogue.ts";
import { plainRows } from "../../catalogue/model-rows.ts";
import { DEMO_MODELS, DEMO_PROVIDER, DEMO_SLUG } from "../../demo/catalogue.ts";
import { RouterError } from "../../errors.ts";
import type { EndpointRow, ModelRow } from "../../schema/catalogue.ts";
import { SELFTEST_TEAM } from "../../schema/team.ts";
import { createKey, deleteKey } from "../../store/keys.ts";
import type { AppContext, AppEnv, Memory } from "../env.ts";
import { Client, type Send } from "./client.ts";

/** The run's key is dead after this, even if it could not be deleted. */
const KEY_TTL_MS = 60_000;

/** The run's key and what was spent with it, as the records say. */
export interface Purse {
  token: string;
  spentUsd: number;
}

/** Gives every check a client of its own. */
export function clientsOf(c: AppContext, app: Hono<AppEnv>, purse: Purse | undefined): (signal: AbortSignal) => Client {
  const send = sendThrough(c, app);
  return (signal) =>
    new Client(send, purse?.token, signal, (costUsd) => {
      if (purse) purse.spentUsd += costUsd;
    });
}

/** Does something with a key that lives no longer; with none when the key store makes none. */
export async function withPurse<Result>(c: AppContext, use: (purse: Purse | undefined) => Promise<Result>) {
  const nowMs = Date.now();
  const { token, key } = await createKey(c.env.KV, {
    name: "selftest",
    team: SELFTEST_TEAM,
    disabled: false,
    limitNanoUsd: null,
    limitReset: null,
    includeByokInLimit: false,
    createdAtMs: nowMs,
    updatedAtMs: null,
    expiresAtMs: nowMs + KEY_TTL_MS,
    creatorUserId: null,
    externalUser: null,
  }).catch((error: unknown) => {
    if (error instanceof RouterError) return { token: undefined, key: undefined };
    throw error;
  });
  if (token === undefined) return use(undefined);
  try {
    return await use({ token, spentUsd: 0 });
  } finally {
    await deleteKey(c.env.KV, key.hash).catch((error) => console.error("selftest: its key stays", String(error)));
  }
}

/** Sends requests through the Worker's own routes, where they are planned with the demo models alone. */
function sendThrough(c: AppContext, app: Hono<AppEnv>): Send {
  const memories = new WeakMap<Request, Memory>();
  const stage = new Hono<AppEnv>();
  stage.use(async (inner, next) => {
    const memory = memories.get(inner.req.raw);
    if (memory) inner.set("rehearsal", { catalogue: CATALOGUE, memory });
    await next();
  });
  stage.route("/", app);
  return async (request, memory) => {
    memories.set(request, memory);
    return stage.fetch(request, c.env, c.executionCtx);
  };
}

/** Short enough for a person to wait for, longer than `demo/fault-slow` takes. */
const TIMEOUTS = { first_token_ms: 3500, idle_ms: 1500, total_ms: 8000 };

/** What the demo provider serves, without the operator's preferences. */
const CATALOGUE = new Catalogue(
  {
    providers: { [DEMO_SLUG]: { ...DEMO_PROVIDER, timeouts: TIMEOUTS } },
    models: plainRows({
      ...DEMO_MODELS,
      ...pair("selftest/pair-500", "fault-500"),
      ...pair("selftest/pair-cut", "fault-cut"),
    }),
  },
  {},
);

/** A model with two endpoints: `demo/first`, which goes wrong, and `demo/second`, which echoes and can go on. */
function pair(id: string, fault: string): Record<string, ModelRow> {
  const endpoint = (model: string, tag: string): EndpointRow => {
    const [row] = DEMO_MODELS[`${DEMO_SLUG}/${model}`]?.endpoints ?? [];
    if (!row) throw new Error(`There is no demo model ${model}.`);
    return { ...row, tag };
  };
  const second = { ...endpoint("echo", `${DEMO_SLUG}/second`), quirks: { continues: true } };
  return { [id]: { name: "Pair", endpoints: [endpoint(fault, `${DEMO_SLUG}/first`), second] } };
}

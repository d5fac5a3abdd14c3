import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { inject } from "vitest";
import { type GatewayRequest, jsonOf, SECRETS } from "./gateway.ts";
import { readModules } from "./worker-process.ts";

/** Several isolates of the Worker that share their Durable Objects and their KV, as a deployment has them. */
export interface ManyIsolates {
  /** A request to the n-th isolate under `/api/v1`, with the management key unless `init` brings another. */
  send(isolate: number, path: string, init?: GatewayRequest): Promise<Response>;
  /** Where the n-th isolate listens: `http://127.0.0.1:<port>`. Changes when the process is killed. */
  origin(isolate: number): string;
  /** Makes a key. */
  createKey(fields: object): Promise<{ key: string; hash: string }>;
  /** Rows of a query in a team's ledger. */
  query<Row extends Record<string, string | number | null>>(sql: string, team?: string): Promise<Row[]>;
  /** The same in all objects of a team's ledger. */
  queryAll<Row extends Record<string, string | number | null>>(sql: string, team?: string): Promise<Row[]>;
  /** Has a team's records go to so many shards from now on, as if it had got hot. */
  spread(shards: number, team?: string): Promise<void>;
  /** What an account has spent, and what is lent to it, in nano-dollars and requests under way. */
  balance(account: string, team?: string): Promise<Balance>;
  /** Takes a team's ledger out of memory; its storage stays. */
  evict(team?: string): Promise<void>;
  /** Kills the process without a warning, and starts another one on the same storage. */
  kill(): Promise<void>;
  /** Everything that the isolates have written to their consoles. */
  logs(): string;
  close(): Promise<void>;
}

export interface Balance {
  spent: number;
  lent: number;
  slots: number;
}

const nameOf = (isolate: number) => `isolate-${isolate}`;

/** Starts so many isolates. The first one's classes are everybody's Durable Objects. */
export async function startIsolates(count: number): Promise<ManyIsolates> {
  const storage = await mkdtemp(join(tmpdir(), "pointsman-storage-"));
  const logs: string[] = [];
  const start = async () => {
    const others = runtimesOf(process.pid);
    const running = new Miniflare(convertV4MiniflareOptions(await optionsOf(count, storage, logs)));
    await running.ready;
    const urls = await Promise.all(
      Array.from({ length: count }, (_, index) => running.unsafeGetDirectURL(nameOf(index))),
    );
    const pid = runtimesOf(process.pid).find((id) => !others.includes(id));
    if (pid === undefined) throw new Error("the Worker does not run in a process of its own");
    return { running, pid, origins: urls.map(({ origin }) => origin) };
  };
  let { running, pid, origins } = await start();
  const origin = (isolate: number) => origins[isolate] as string;
  const send = (isolate: number, path: string, { json, headers, ...init }: GatewayRequest = {}) => {
    const sent = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
    return fetch(`${origin(isolate)}/api/v1${path}`, {
      ...sent,
      ...init,
      headers: {
        authorization: `Bearer ${SECRETS.MANAGEMENT_KEY}`,
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
    });
  };
  const queryObject = async <Row extends Record<string, string | number | null>>(name: string, sql: string) => {
    const ledger = await running.unsafeGetDurableObjectStorage(nameOf(0), "Ledger", { name });
    return ledger.exec<Row>(sql);
  };
  const query: ManyIsolates["query"] = (sql, team = "default") => queryObject(`team:${team}`, sql);
  const queryAll = async <Row extends Record<string, string | number | null>>(sql: string, team = "default") => {
    const [known] = await query<{ shards: number }>("select value as shards from setting where name = 'shards'", team);
    const rows = await query<Row>(sql, team);
    for (let shard = 1; shard <= (known?.shards ?? 0); shard++)
      rows.push(...(await queryObject<Row>(`team:${team}:${shard}`, sql)));
    return rows;
  };
  const evict: ManyIsolates["evict"] = (team = "default") =>
    running.unsafeEvictDurableObject(nameOf(0), "Ledger", { name: `team:${team}` });
  return {
    send,
    origin,
    query,
    queryAll,
    async spread(shards, team) {
      await query(`insert or replace into setting values ('shards', ${shards})`, team);
      await evict(team);
    },
    async createKey(fields) {
      const made = await jsonOf(await send(0, "/keys", { json: { name: "test", ...fields } }), 201);
      return { key: made.key, hash: made.data.hash };
    },
    async balance(account, team) {
      const rows = await query<{ spent: number; lent: number; slots: number }>(
        `select (select coalesce(sum(nano_usd), 0) from spend where key_hash = '${account}') as spent,
           (select coalesce(sum(nano_usd), 0) from lease where account = '${account}') as lent,
           (select coalesce(sum(slots), 0) from lease where account = '${account}') as slots`,
        team,
      );
      return rows[0] as Balance;
    },
    evict,
    async kill() {
      process.kill(pid, "SIGKILL");
      await running.dispose().catch(() => {});
      ({ running, pid, origins } = await start());
    },
    logs: () => logs.join("\n"),
    async close() {
      await running.dispose();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

async function optionsOf(count: number, storage: string, logs: string[]): Promise<V4MiniflareOptions> {
  const { directory, settings } = inject("build");
  const modules = await readModules(directory);
  const own = settings.durableObjects as Record<string, { className: string }>;
  const borrowed = Object.fromEntries(
    Object.entries(own).map(([binding, { className }]) => [
      binding,
      { className, scriptName: nameOf(0), useSQLite: true },
    ]),
  );
  return {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    resourcePersistencePath: storage,
    unsafeInspectDurableObjects: true,
    handleStructuredLogs: ({ message }) => void logs.push(message),
    workers: Array.from({ length: count }, (_, index) => ({
      ...settings,
      name: nameOf(index),
      modules,
      bindings: SECRETS,
      durableObjects: index === 0 ? own : borrowed,
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    })),
  };
}

/** Ids of the processes of workerd that a process has started. Linux tells them in `/proc`. */
function runtimesOf(parent: number): number[] {
  const isRuntime = (pid: string) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return /^PPid:\t(\d+)$/m.exec(status)?.[1] === String(parent) && /^Name:\tworkerd$/m.test(status);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isRuntime(name))
    .map(Number);
}

/** Asks until it holds. */
export async function until(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) return false;
    await wait(50);
  }
  return true;
}

import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { unstable_readConfig } from "wrangler";
import { STREAM_FORMATS } from "./upstream.ts";
import type { WorkerSpec } from "./workerd.ts";

const ROOT = join(import.meta.dirname, "../..");
const MANAGEMENT_KEY = "sk-management-for-the-bench";

/** What the bench reads of `wrangler.toml`. */
interface Config {
  compatibility_date?: string;
  compatibility_flags: string[];
  vars: Record<string, unknown>;
  durable_objects: { bindings: { name: string; class_name: string }[] };
  migrations: { new_sqlite_classes?: string[] }[];
  kv_namespaces: { binding: string }[];
}

/** Builds the bundle that a deploy would upload into `directory`, and gives what a workerd needs to serve it. */
export async function buildGateway(directory: string): Promise<WorkerSpec> {
  await promisify(execFile)(process.execPath, [join(ROOT, "src/cli/build.mjs"), directory]);
  const config: Config = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  const sqliteClasses = new Set(config.migrations.flatMap((migration) => migration.new_sqlite_classes ?? []));
  const others = readdirSync(directory).filter((name) => name !== "index.js");
  return {
    modulePaths: ["index.js", ...others].map((name) => join(directory, name)),
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    texts: { ...textsOf(config.vars), MANAGEMENT_KEY },
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [
        name,
        { className, hasSql: sqliteClasses.has(className) },
      ]),
    ),
    kvNamespaces: config.kv_namespaces.map(({ binding }) => binding),
  };
}

/** Sets a running gateway up by its public contract: one provider with one model, one key. Gives the key. */
export async function setUpGateway(port: number, upstreamPort: number): Promise<string> {
  await manage(port, "PUT", "/api/v1/catalog", catalogue(upstreamPort));
  const { key } = await manage(port, "POST", "/api/v1/keys", { name: "bench" });
  if (typeof key !== "string") throw new Error("POST /api/v1/keys gave no key");
  return key;
}

async function manage(port: number, method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${MANAGEMENT_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function catalogue(upstreamPort: number) {
  const endpoint = {
    model: "one",
    pricing: { prompt: "0.000001", completion: "0.000002" },
    context_length: 128_000,
    max_completion_tokens: 8192,
    supported_parameters: ["tools", "temperature"],
  };
  const model = {
    name: "One",
    context_length: 128_000,
    input_modalities: ["text"],
    output_modalities: ["text"],
  };
  const providers: Record<string, object> = {};
  const models: Record<string, object> = {};
  for (const [id, slug, api] of [
    ["bench/one", "bench", "openai-chat"],
    ...STREAM_FORMATS.map((format) => [`bench/${format}`, `bench-${format}`, format]),
  ] as [string, string, string][]) {
    providers[slug] = { name: "Bench", api, base_url: `http://127.0.0.1:${upstreamPort}/v1` };
    models[id] = { ...model, endpoints: [{ ...endpoint, provider: slug }] };
  }
  return { providers, models };
}

function textsOf(vars: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

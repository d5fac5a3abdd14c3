import type { ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { spawnChild } from "./child.ts";
import type { Cores } from "./machine.ts";

/** One Worker of a workerd. */
export interface WorkerSpec {
  /** The entry module, then those that it imports. */
  modulePaths: string[];
  compatibilityDate: string;
  compatibilityFlags: string[];
  texts: Record<string, string>;
  /** Binding to class, of the same Worker. */
  durableObjects: Record<string, { className: string; hasSql: boolean }>;
  /** Bindings of KV namespaces; each is an object of the KV Worker. */
  kvNamespaces: string[];
}

export interface Workerd {
  pid: number;
  port: number;
  /** The last that it wrote to its error output. */
  complaints(): string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 10_000;
const MAX_COMPLAINT_CHARS = 4000;
const KV_WORKER = join(import.meta.dirname, "workers/kv.js");

/** The Workers of one process: what it is started from, any number of times, and what it stores on disk. */
export function writeConfig(directory: string, worker: WorkerSpec): void {
  mkdirSync(join(directory, "storage"), { recursive: true });
  for (const path of [...worker.modulePaths, KV_WORKER]) cpSync(path, join(directory, basename(path)));
  const kv: WorkerSpec = {
    ...worker,
    modulePaths: [KV_WORKER],
    texts: {},
    durableObjects: { STORE: { className: "KvStore", hasSql: true } },
    kvNamespaces: [],
  };
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", worker = .kv),
    (name = "disk", disk = (path = ${quote(join(directory, "storage"))}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = ${describe(worker)};
const kv :Workerd.Worker = ${describe(kv)};
`;
  writeFileSync(join(directory, "config.capnp"), config);
}

/** Starts the process that `writeConfig` described, on the measured core where there is one; it listens when this resolves. */
export async function startWorkerd(directory: string, cores: Cores | undefined): Promise<Workerd> {
  const command = [workerdPath(), "serve", join(directory, "config.capnp"), "--control-fd=3"];
  const [file = "", ...args] = cores ? ["taskset", "-c", String(cores.measured), ...command] : command;
  const child = spawnChild(file, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr?.on("data", (data) => {
    said = (said + data).slice(-MAX_COMPLAINT_CHARS);
  });
  const complaints = () => said;
  try {
    return { pid: child.pid ?? 0, port: await listeningPort(child), complaints, stop: () => stop(child) };
  } catch (error) {
    throw new Error(`workerd ${error instanceof Error ? error.message : error}\n${said}`);
  }
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

/** The port that workerd says it listens on, over the pipe it was given for that. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("does not listen")), START_TIMEOUT_MS);
    child.once("close", () => reject(new Error("ended at once")));
    child.once("error", reject);
    createInterface({ input: child.stdio[3] as Readable }).once("line", (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line).port);
    });
  });
}

/** The binary that came with wrangler. */
function workerdPath(): string {
  const ofWrangler = createRequire(createRequire(import.meta.url).resolve("wrangler"));
  return ofWrangler("workerd").default;
}

function describe(worker: WorkerSpec): string {
  const objects = Object.entries(worker.durableObjects);
  const bindings = [
    ...Object.entries(worker.texts).map(([name, text]) => `(name = ${quote(name)}, text = ${quote(text)})`),
    ...objects.map(([name, { className }]) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`),
    ...worker.kvNamespaces.map((name) => `(name = ${quote(name)}, kvNamespace = "kv")`),
  ];
  const namespaces = objects.map(
    ([, { className, hasSql }]) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = ${hasSql})`,
  );
  return `(
  modules = [${worker.modulePaths.map(describeModule).join(", ")}],
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = [${worker.compatibilityFlags.map(quote).join(", ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${bindings.join(", ")}],
)`;
}

function describeModule(path: string): string {
  const kind = MODULE_KINDS[extname(path)];
  if (!kind) throw new Error(`${path}: no kind of module is known for this file name`);
  return `(name = ${quote(basename(path))}, ${kind} = embed ${quote(basename(path))})`;
}

const MODULE_KINDS: Record<string, string> = {
  ".js": "esModule",
  ".wasm": "wasm",
  ".txt": "text",
  ".html": "text",
  ".sql": "text",
  ".bin": "data",
};

function quote(text: string): string {
  return JSON.stringify(text);
}

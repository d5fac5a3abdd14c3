import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";

/**
 * The Worker in workerd, as a deployment would bundle and bind it. No proxy stands in front of it, and its own requests
 * leave it directly, so that a closed connection is seen on both sides: `wrangler dev` and `createTestHarness` hide it.
 */
export interface WorkerProcess {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Everything that the Worker has written to its console. */
  logs(): string;
  close(): Promise<void>;
}

/** What `buildWorker` makes; plain data, so that it can be handed to other processes. */
export interface WorkerBuild {
  /** Where the bundle is: `index.js`, and what it imports. */
  directory: string;
  /** Bindings and compatibility settings of `wrangler.toml`, as Miniflare takes them. */
  settings: Record<string, unknown>;
}

const ROOT = join(import.meta.dirname, "../..");
const CONFIG = join(ROOT, "wrangler.toml");

/** Bundles the Worker into a temporary directory. */
export async function buildWorker(): Promise<{ build: WorkerBuild; remove(): Promise<void> }> {
  const outdir = await mkdtemp(join(tmpdir(), "pointsman-"));
  const bundling = promisify(execFile)(process.execPath, [join(ROOT, "src/cli/build.mjs"), outdir]);
  const { unstable_getMiniflareWorkerOptions: workerOptionsOf } = await import("wrangler");
  const settings = JSON.parse(JSON.stringify(workerOptionsOf(CONFIG).workerOptions));
  await bundling;
  return {
    build: { directory: outdir, settings },
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}

/** Starts the Worker with these variables and secrets, and with storage that is gone when it closes. */
export async function startWorker(build: WorkerBuild, vars: Record<string, string>): Promise<WorkerProcess> {
  const logs: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...build.settings,
      modules: await readModules(build.directory),
      bindings: vars,
      host: "127.0.0.1",
      port: 0,
      cf: false,
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      handleStructuredLogs: ({ message }) => logs.push(message),
    } satisfies V4MiniflareOptions),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL();
  return { origin, logs: () => logs.join("\n"), close: () => miniflare.dispose() };
}

/** A module of the bundle, as Miniflare takes it. */
interface BundledModule {
  type: "ESModule" | "Text" | "Data";
  path: string;
  contents: string | Uint8Array<ArrayBuffer>;
}

export async function readModules(directory: string): Promise<BundledModule[]> {
  const others = (await readdir(directory)).filter((name) => name !== "index.js");
  return Promise.all(["index.js", ...others].map((path) => readModule(directory, path)));
}

async function readModule(directory: string, path: string): Promise<BundledModule> {
  const contents = await readFile(join(directory, path));
  if (path.endsWith(".bin")) return { type: "Data", path, contents: new Uint8Array(contents) };
  return { type: path.endsWith(".js") ? "ESModule" : "Text", path, contents: contents.toString() };
}

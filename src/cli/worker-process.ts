import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** Open streams may end by themselves for so long; then everything is ended. */
const STOP_TIMEOUT_MS = 5000;

export interface WorkerOptions {
  /** The folder of `wrangler.toml`. */
  root: string;
  host: string;
  port: number;
  vars: Record<string, string>;
  /** Takes each line that says something: errors and warnings, of the build and of requests. */
  onLine: (line: string) => void;
}

/** A local Worker in a child process. */
export interface WorkerProcess {
  /** The exit code once it has ended; null when a signal or a failed start ended it. */
  ended: Promise<number | null>;
  /** Asks it to end, and ends it when it does not. */
  stop(): void;
}

/** Starts `wrangler dev`, quiet: no banner, no hotkeys, no request log, no statistics, no look at the network. */
export function startWorker(options: WorkerOptions): WorkerProcess {
  const child = spawn(process.execPath, [wranglerBin(options.root), ...wranglerArguments(options)], {
    cwd: options.root,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C reaches us alone, and we end the whole group.
    detached: process.platform !== "win32",
    env: {
      ...process.env,
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_WRITE_LOGS: "false",
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (stripVTControlCharacters(line).trim() !== "") options.onLine(line);
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      options.onLine(error.message);
      resolve(null);
    });
    // What it leaves behind would hold its pipes open, and the port.
    child.once("exit", () => endGroup(child));
    child.once("close", resolve);
  });
  process.once("exit", () => endGroup(child));
  return {
    ended,
    stop() {
      child.kill("SIGTERM");
      setTimeout(() => endGroup(child), STOP_TIMEOUT_MS).unref();
    },
  };
}

/** The command line of `wrangler dev`. A value may contain colons: only the first one separates. */
export function wranglerArguments(options: Pick<WorkerOptions, "host" | "port" | "vars">): string[] {
  return [
    "dev",
    "--local",
    ...["--port", String(options.port)],
    ...["--ip", options.host],
    ...["--persist-to", ".wrangler/state"],
    ...["--log-level", "warn"],
    "--show-interactive-dev-session=false",
    ...Object.entries(options.vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}

function wranglerBin(root: string): string {
  const manifest = createRequire(join(root, "package.json")).resolve("wrangler/package.json");
  return join(dirname(manifest), "bin", "wrangler.js");
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

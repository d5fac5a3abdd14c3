import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** The first build on a busy machine. */
const START_MS = 60_000;

/** `npm start`, in a copy of the project, so that the keys of this checkout stay as they are. */
describe("npm start", () => {
  let folder: string;
  let port: number;
  let first: Run;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pointsman-start-"));
    for (const name of ["src", "package.json", "wrangler.toml"])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    port = await freePort();
    first = start(folder, port);
    await first.saying("Ctrl-C stops Pointsman");
  }, START_MS);

  afterAll(() => {
    first?.child.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  it("prints commands that answer when they are pasted", async () => {
    const [echo = "", story = ""] = commandsIn(first.output());
    expect(JSON.parse(await shell(echo)).choices[0].message.content).toBe("Hello, Pointsman");
    const events = (await shell(story)).split("\n\n").filter((event) => event.startsWith("data: "));
    expect(events.length).toBeGreaterThan(50);
    expect(events.at(-1)).toBe("data: [DONE]");
  });

  it("serves every command and snippet of the README as it stands there", async () => {
    const examples = examplesIn(readFileSync(join(ROOT, "README.md"), "utf8"), port);
    expect(examples.map(({ language }) => language)).toEqual(expect.arrayContaining(["sh", "ts"]));
    const { demo_key: POINTSMAN_KEY, MANAGEMENT_KEY } = JSON.parse(
      readFileSync(join(folder, ".wrangler/pointsman.json"), "utf8"),
    );
    for (const [index, { language, code }] of examples.entries()) {
      const file = join(folder, `example-${index}.${language === "ts" ? "mts" : "sh"}`);
      writeFileSync(file, code);
      const run = promisify(execFile)(language === "ts" ? process.execPath : "sh", [file], {
        cwd: folder,
        env: { ...process.env, POINTSMAN_KEY, MANAGEMENT_KEY },
      });
      const { stdout } = await run;
      expect(stdout, code).toMatch(/Hello, Pointsman|"acme"|"search service"/);
      expect(stdout, code).not.toContain('"error"');
    }
  });

  it("says clearly that a port is taken", async () => {
    const second = start(folder, port);
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toContain(`Port ${port} is taken.`);
  });

  it(
    "stops cleanly on SIGTERM, frees its port, and hands out the same key again",
    async () => {
      first.child.kill("SIGTERM");
      expect(await first.exitCode).toBe(0);
      const again = start(folder, port);
      await again.saying("Ctrl-C stops Pointsman");
      expect(commandsIn(again.output())).toEqual(commandsIn(first.output()));
      again.child.kill("SIGINT");
      expect(await again.exitCode).toBe(0);
      expect(again.output()).not.toMatch(/error/i);
    },
    START_MS,
  );
});

interface Run {
  child: ChildProcess;
  exitCode: Promise<number | null>;
  output(): string;
  /** Resolves once this has been said; rejects with all that was said when it ends before. */
  saying(text: string): Promise<void>;
}

function start(cwd: string, port: number): Run {
  const child = spawn(process.execPath, ["src/cli/start.ts", "--port", String(port)], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  const saying = async (text: string) => {
    const ended = exitCode.then((code) => Promise.reject(new Error(`ended with ${code}: ${output}`)));
    const said = async () => {
      while (!output.includes(text)) await once(child.stdout, "data");
    };
    await Promise.race([said(), ended]);
  };
  return { child, exitCode, output: () => output, saying };
}

/** The README's code that talks to a Worker: its `curl` commands and its programs. */
function examplesIn(markdown: string, port: number): { language: string; code: string }[] {
  return [...markdown.matchAll(/^```(sh|ts)\n(.*?)^```$/gms)]
    .map(([, language = "", code = ""]) => ({ language, code: code.replaceAll(":8787", `:${port}`) }))
    .filter(({ language, code }) => language === "ts" || code.startsWith("curl "));
}

function commandsIn(screen: string): string[] {
  return screen.match(/curl[\s\S]*?'$/gm) ?? [];
}

async function shell(command: string): Promise<string> {
  return (await promisify(execFile)("sh", ["-c", command])).stdout;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

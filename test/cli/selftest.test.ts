import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderCard } from "../../src/cli/card.ts";
import { findFreePort, isPortFree } from "../../src/cli/port.ts";
import type { Card, CheckResult } from "../../src/schema/selftest.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The first build on a busy machine, and the run. */
const RUN_MS = 90_000;

const check = (name: string, fields: Partial<CheckResult> = {}): CheckResult => ({
  group: "few",
  name,
  status: "passed",
  took_ms: 1,
  ...fields,
});
const GREEN: Card = { passed: 1, failed: 0, skipped: 0, took_ms: 1234, checks: [check("one")] };
const RED: Card = {
  passed: 14,
  failed: 1,
  skipped: 1,
  took_ms: 1234,
  checks: [
    check("one", { detail: "all well" }),
    check("two", { status: "skipped", detail: "no key" }),
    ...Array.from({ length: 13 }, (_, index) => check(`fault-${index}`, { group: "many" })),
    check("fault-bad", { group: "many", status: "failed", detail: "it lies" }),
  ],
};

describe("the card", () => {
  const text = renderCard("http://127.0.0.1:8787", RED);

  it("says where, what, and how many", () => {
    expect(text).toContain("The self-test of http://127.0.0.1:8787\n");
    expect(text).toContain("  few: 1 of 2\n    ✓ one: all well\n    – two: no key\n");
    expect(text).toContain("14 passed, 1 failed, 1 skipped in 1.2 s");
  });

  it("has a line for whatever is to be looked at, and fills lines with the others", () => {
    const lines = text.split("\n");
    expect(lines).toContain("    ✗ fault-bad: it lies");
    expect(text).toMatch(/✓ fault-0 {2}✓ fault-1 {2}✓ fault-2/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the script to its end, without the keys of whoever runs this. */
function run(args: string[], { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {}) {
  const { MANAGEMENT_KEY: _, PORT: __, ...inherited } = process.env;
  return new Promise<Run>((resolve) => {
    const child = execFile(
      process.execPath,
      ["src/cli/selftest.ts", ...args],
      { cwd, env: { ...inherited, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe("npm run selftest -- --url", () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  /** Something that answers every request alike; what it was asked is in `seen`. */
  async function worker(status: number, body: unknown): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  it("asks that Worker with that key, whichever address of it is given", async () => {
    const { url, seen } = await worker(200, { data: GREEN });
    expect(await run(["--url", `${url}/api/v1/`, "--key", "mk"])).toMatchObject({ code: 0, stderr: "" });
    expect(await run(["--url", url], { env: { MANAGEMENT_KEY: "mk" } })).toMatchObject({ code: 0 });
    expect(seen).toEqual(Array.from({ length: 2 }, () => "POST /api/v1/selftest Bearer mk"));
  });

  it("prints the card, or its JSON, and fails where a check does", async () => {
    const { url } = await worker(200, { data: RED });
    const { code, stdout } = await run(["--url", url, "--key", "mk"]);
    expect({ code, stdout: stdout.trimEnd() }).toEqual({ code: 1, stdout: renderCard(url, RED).trimEnd() });
    const json = await run(["--url", url, "--key", "mk", "--json"]);
    expect({ code: json.code, card: JSON.parse(json.stdout) }).toEqual({ code: 1, card: RED });
  });

  it.each([
    ["a wrong key", 401, { error: { code: 401, message: "User not found" } }, "does not take this management key"],
    ["something else", 404, "no", "Is it a Pointsman?"],
    ["a card that is none", 200, { data: { passed: 1 } }, "Is it a Pointsman?"],
  ])("says clearly that it could not be run: %s", async (_, status, body, complaint) => {
    const { url } = await worker(status, body);
    const { code, stdout, stderr } = await run(["--url", url, "--key", "mk"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(complaint);
  });

  it.each([
    ["nobody answers", ["--url", "http://127.0.0.1:1", "--key", "mk"], "does not answer"],
    ["there is no key", ["--url", "http://127.0.0.1:1"], "Which management key"],
    ["the URL is none", ["--url", "127.0.0.1", "--key", "mk"], '--url is "127.0.0.1"'],
    ["an option is unknown", ["--fast"], "--fast"],
  ])("says clearly that it could not be run: %s", async (_, args, complaint) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
  });

  it("explains itself", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("npm run selftest") });
  });
});

/** In a copy of the project, so that the keys of this checkout stay as they are. */
describe("npm run selftest", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pointsman-selftest-"));
    for (const name of ["src", "package.json", "wrangler.toml"])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    "starts a Worker where none runs, finds nothing to complain about, and stops it",
    async () => {
      const port = String(await findFreePort("127.0.0.1"));
      const { code, stdout, stderr } = await run([], { cwd: folder, env: { PORT: port } });
      expect(stderr).toBe(`Nothing runs at port ${port}; starting a Worker for the self-test ...\n`);
      expect(stdout).toMatch(/ passed, 0 failed, 1 skipped in /);
      expect(code).toBe(0);
      const used = Number(/The self-test of http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
      expect(await isPortFree("127.0.0.1", used)).toBe(true);
      const kept = JSON.parse(readFileSync(join(folder, ".wrangler/pointsman.json"), "utf8"));
      expect(Object.keys(kept).sort()).toEqual(["MANAGEMENT_KEY", "MASTER_KEYS"]);
    },
    RUN_MS,
  );

  it(
    "is red where a secret is wrong",
    async () => {
      writeFileSync(join(folder, ".dev.vars"), "MASTER_KEYS=nonsense\n");
      const { code, stdout } = await run(["--json"], {
        cwd: folder,
        env: { PORT: String(await findFreePort("127.0.0.1")) },
      });
      const card: Card = JSON.parse(stdout);
      expect(card.checks.filter(({ status }) => status === "failed").map(({ name }) => name)).toEqual([
        "MASTER_KEYS seal and open",
      ]);
      expect(code).toBe(1);
    },
    RUN_MS,
  );
});

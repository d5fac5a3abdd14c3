import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Card } from "../../src/schema/selftest.ts";
import { jsonOf, startGateway } from "../support/gateway.ts";

const ROOT = join(import.meta.dirname, "../..");
const RUN_MS = 60_000;
/** A run takes no longer. */
const MAX_RUN_MS = 15_000;

const gateway = await startGateway();
afterAll(() => gateway.close());

async function keyNames(): Promise<string[]> {
  const { data } = await jsonOf<{ data: { name: string }[] }>(await gateway.manage("/keys?workspace_id=*"), 200);
  return data.map(({ name }) => name);
}

describe("the self-test of a bundled Worker", () => {
  it(
    "is green from the command line, also beside traffic, and logs no surprise",
    async () => {
      const args = ["src/cli/selftest.ts", "--url", gateway.origin, "--key", gateway.managementKey, "--json"];
      const running = promisify(execFile)(process.execPath, args, { cwd: ROOT });
      // What others ask of the same models is neither in its way nor in its books.
      const messages = [{ role: "user", content: "Hello" }];
      for (const model of ["demo/echo", "demo/fault-500", "demo/fault-500", "demo/fault-429", "demo/fault-cut"]) {
        const response = await gateway.request("/chat/completions", { json: { model, messages, stream: true } });
        await response.text();
      }
      const { stdout } = await running;
      const card: Card = JSON.parse(stdout);
      expect(card.checks.filter(({ status }) => status === "failed")).toEqual([]);
      expect(card.passed).toBeGreaterThan(150);
      expect(card.took_ms).toBeLessThan(MAX_RUN_MS);
      expect(gateway.logs()).not.toContain("unexpected error");
    },
    RUN_MS,
  );

  it(
    "leaves no key behind, also when its caller leaves",
    async () => {
      const before = await keyNames();
      const running = gateway.manage("/selftest", { method: "POST", signal: AbortSignal.timeout(1_500) });
      await expect(running).rejects.toThrow();
      await vi.waitFor(async () => expect(await keyNames()).toContain("selftest"), { timeout: 5_000 });
      const deadlineMs = performance.now() + MAX_RUN_MS;
      while ((await keyNames()).includes("selftest") && performance.now() < deadlineMs) await wait(250);
      expect(await keyNames()).toEqual(before);
    },
    RUN_MS,
  );
});

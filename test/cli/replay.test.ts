import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { replayTable } from "../../src/cli/replay-table.ts";
import { jsonOf, sharedGateway } from "../support/gateway.ts";

const gateway = await sharedGateway();
const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "../../src/cli/replay.ts");

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function replay(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { POINTSMAN_URL: _, POINTSMAN_KEY: __, ...rest } = process.env;
  try {
    return { code: 0, ...(await run(process.execPath, [PROGRAM, ...args], { env: { ...rest, ...env } })) };
  } catch (error) {
    return error as Ended;
  }
}

const answer = await jsonOf(
  await gateway.request("/chat/completions", {
    json: { model: "demo/echo", messages: [{ role: "user", content: "Hello" }] },
  }),
  200,
);

describe("npm run replay", () => {
  it("prints both plans side by side", async () => {
    const { code, stdout } = await replay([answer.id, "--url", gateway.origin, "--key", gateway.key]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${answer.id}, demo/echo (direct), seed `);
    expect(stdout).toContain("The plan of now is the plan of then.");
    expect(stdout).toMatch(/^ +demo\/echo at demo +1\. alone +1\. alone$/m);
  });

  it("prints JSON for programs, and takes its settings from the environment", async () => {
    const env = { POINTSMAN_URL: `${gateway.baseUrl}/`, POINTSMAN_KEY: gateway.managementKey };
    const { stdout } = await replay([answer.id, "--json"], env);
    expect(JSON.parse(stdout)).toMatchObject({ id: answer.id, difference: { same: true } });
  });

  it.each([
    { name: "no generation", args: ["--key", "k"], says: "One generation is wanted." },
    { name: "no key", args: ["gen-1-x", "--url", "http://127.0.0.1:1"], says: "A key is wanted" },
    { name: "nobody there", args: ["gen-1-x", "--url", "http://127.0.0.1:1", "--key", "k"], says: "Nobody answers at" },
    {
      name: "a key that is not good",
      args: [answer.id, "--url", gateway.origin, "--key", "k"],
      says: "User not found",
    },
    {
      name: "a generation that there is not",
      args: ["gen-1-x", "--url", gateway.origin, "--key", gateway.key],
      says: "Generation gen-1-x not found",
    },
  ])("says what is wrong: $name", async ({ args, says }) => {
    const { code, stdout, stderr } = await replay(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(says);
  });
});

describe("the table", () => {
  it("marks what differs, candidates of now first", () => {
    const row = (tag: string, reason: string) => ({ model: "a/b", tag, reason });
    const table = replayTable({
      ...{ id: "gen-1", created_at: "THEN", planned_at: "NOW", seed: 7, difference: { same: false } },
      recorded: { candidates: [row("one", "drawn"), row("two", "price")], excluded: [row("three", "zdr")] },
      today: {
        ...{ requested: "a/b", strategy: "direct" },
        candidates: [row("three", "drawn"), row("two", "price")],
        excluded: [row("one", "max_price")],
      },
    });
    expect(table.split("\n")).toEqual([
      "gen-1, a/b (direct), seed 7",
      "The plan of now differs from the plan of then (*).",
      "",
      "   endpoint      THEN      NOW",
      "*  a/b at three  out: zdr  1. drawn",
      "   a/b at two    2. price  2. price",
      "*  a/b at one    1. drawn  out: max_price",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { dollars, facts, minute, table } from "../../src/cli/admin/table.ts";
import { SECRETS, sharedGateway } from "../support/gateway.ts";
import { runAdmin as run } from "./admin-program.ts";

const gateway = await sharedGateway();

describe("the command line", () => {
  const GOOD = ["--url", gateway.origin, "--key", gateway.managementKey];
  it.each<[name: string, args: string[], code: number, says: string]>([
    ["an unknown command", ["keys", "eat"], 2, 'There is no command "keys eat"'],
    ["an unknown option", ["keys", "list", "--colour"], 2, "--colour"],
    ["a name that is not wanted", ["keys", "list", "x", ...GOOD], 2, '"x" is not understood'],
    ["a name that is missing", ["keys", "show", ...GOOD], 2, "One key is wanted"],
    ["no name for a key", ["keys", "create", ...GOOD], 2, "A name is wanted"],
    ["a number that is none", ["keys", "create", "--name", "x", "--limit", "much", ...GOOD], 2, '--limit is "much"'],
    [
      "what the Worker refuses",
      ["keys", "create", "--name", "x", "--limit", "1", "--reset", "hourly", ...GOOD],
      1,
      "limit_reset",
    ],
    ["no URL", ["keys", "list", "--url", "there"], 2, "http://"],
    [
      "no key for another place",
      ["keys", "list", "--url", "https://elsewhere.test"],
      2,
      "Which management key has https://elsewhere.test?",
    ],
    [
      "nobody there",
      ["keys", "list", "--url", "http://127.0.0.1:1", "--key", "k"],
      3,
      "Nobody answers at http://127.0.0.1:1",
    ],
    [
      "a key that is not good",
      ["keys", "list", "--url", gateway.origin, "--key", "k"],
      1,
      "User not found (status 401)",
    ],
    ["an inference key", ["keys", "list", "--url", gateway.origin, "--key", gateway.key], 1, "needs a management key"],
    ["limit and remove", ["teams", "budget", "t", "--limit", "1", "--remove", ...GOOD], 2, "do not go together"],
  ])("says what is wrong: %s", async (_, args, code, says) => {
    const ended = await run(args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
    expect(ended.stderr).toContain(says);
  });

  it("gives programs the Worker's error as it came", async () => {
    const { code, stderr } = await run(["keys", "show", "0".repeat(64), "--json", ...GOOD]);
    expect(code).toBe(1);
    expect(JSON.parse(stderr).error).toMatchObject({ code: 404, metadata: { error_type: "not_found" } });
  });

  it("never shows a key", async () => {
    for (const args of [
      ["health", ...GOOD],
      ["keys", "show", "nobody", ...GOOD],
      ["audit", "list", ...GOOD],
    ]) {
      const { stdout, stderr } = await run(args);
      for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.toContain(secret);
    }
  });
});

describe("a table", () => {
  it.each<[rows: Parameters<typeof table>[1], lines: string[]]>([
    [[], ["none"]],
    [
      [
        ["a", 1, true],
        ["bbb", 22, null],
      ],
      ["name   n  on", "a      1  yes", "bbb   22  -"],
    ],
    [[["ü🚂", undefined, false]], ["name  n  on", "ü🚂    -  no"]],
    [[["\u001b[2Jx", 1, ""]], ["name   n  on", "�[2Jx  1  -"]],
  ])("has its cells below each other", (rows, lines) => {
    expect(table(["name", "n", "on"], rows, "none").split("\n")).toEqual(lines);
  });

  it.each([
    [0, "$0.00"],
    [2.5, "$2.50"],
    [20, "$20.00"],
    [0.000019, "$0.000019"],
    [1.23, "$1.23"],
    [100.1000001, "$100.1000001"],
    [null, "-"],
  ])("shows %s dollars as %s", (usd, text) => {
    expect(dollars(usd)).toBe(text);
  });

  it("of facts has the names at the left", () => {
    expect(facts({ a: 1, long: "x", none: null })).toBe("a     1\nlong  x\nnone  -");
    expect([minute("2026-01-02T03:04:05.678Z"), minute(null)]).toEqual(["2026-01-02 03:04", "-"]);
  });
});

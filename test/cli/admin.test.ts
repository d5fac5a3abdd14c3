import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bookCommands } from "../../src/cli/admin/books.ts";
import type { Command, Input } from "../../src/cli/admin/command.ts";
import { jsonOf, sharedGateway } from "../support/gateway.ts";
import { runAdmin as run, type Setting } from "./admin-program.ts";

const gateway = await sharedGateway();
const folder = mkdtempSync(join(tmpdir(), "pointsman-admin-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HERE = { POINTSMAN_URL: gateway.baseUrl, POINTSMAN_MANAGEMENT_KEY: gateway.managementKey };
/** The program against the gateway of these tests. */
const admin = (args: string[], setting: Setting = {}) => run(args, { ...setting, env: { ...HERE, ...setting.env } });

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function jsonFrom(args: string[], setting?: Setting): Promise<any> {
  const { code, stdout, stderr } = await admin([...args, "--json"], setting);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

async function textFrom(args: string[], setting?: Setting): Promise<string> {
  const { code, stdout, stderr } = await admin(args, setting);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return stdout;
}

function fileWith(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const ask = (key: string) =>
  gateway.request("/chat/completions", {
    json: { model: "demo/echo", messages: [{ role: "user", content: "Hi" }] },
    headers: { authorization: `Bearer ${key}` },
  });

describe("keys", () => {
  it("are made, found, rotated and revoked", async () => {
    const made = await jsonFrom(["keys", "create", "--name", "Night shift", "--limit", "2.5", "--reset", "daily"]);
    expect(made.data).toMatchObject({ name: "Night shift", limit: 2.5, limit_reset: "daily" });
    expect((await ask(made.key)).status).toBe(200);

    const list = await textFrom(["keys", "list"]);
    expect(list).toMatch(/^hash +name +label +team +state +spent +limit +expires$/m);
    expect(list).toMatch(new RegExp(`^${made.data.hash.slice(0, 12)} +Night shift .* active .*\\$2\\.50 daily`, "m"));
    expect(list).not.toContain(made.key);

    for (const name of ["Night shift", made.data.hash, made.data.hash.slice(0, 8)])
      expect((await jsonFrom(["keys", "show", name])).hash).toBe(made.data.hash);
    expect(await textFrom(["keys", "show", "Night shift"])).toMatch(/^left +\$2\.49999\d+$/m);

    const { key } = await jsonFrom(["keys", "rotate", "Night shift"]);
    expect((await ask(made.key)).status).toBe(401);
    expect((await ask(key)).status).toBe(200);
    expect(await textFrom(["keys", "revoke", "Night shift", "--disable"])).toBe('The key "Night shift" is disabled.\n');
    expect((await ask(key)).status).toBe(401);
    expect(await textFrom(["keys", "revoke", "Night shift"])).toBe('The key "Night shift" is deleted.\n');
    expect((await admin(["keys", "show", "Night shift"])).stderr).toContain('There is no key "Night shift"');
  });

  it("show their token to people too, this once", async () => {
    const text = await textFrom(["keys", "create", "--name", "Day shift"]);
    expect((await ask(text.split("\n")[0] ?? "")).status).toBe(200);
    expect(text).toContain("it is shown only now");
  });

  it("of one name are told apart by their hash", async () => {
    for (let n = 0; n < 2; n++) await jsonFrom(["keys", "create", "--name", "Twin"]);
    const { code, stderr } = await admin(["keys", "revoke", "Twin"]);
    expect(code).toBe(2);
    expect(stderr).toContain('"Twin" means several keys');
    expect(stderr.match(/ Twin /g)).toHaveLength(2);
  });

  it("may be management keys, for which the program takes them", async () => {
    const { key } = await jsonFrom(["keys", "create", "--name", "Deputy", "--management"]);
    expect((await run(["keys", "list", "--url", gateway.origin, "--key", key])).code).toBe(0);
  });
});

describe("teams", () => {
  it("are made, listed and given budgets", async () => {
    await textFrom(["teams", "create", "The yard", "--id", "yard"]);
    expect(await textFrom(["teams", "list"])).toMatch(/^yard +yard +The yard/m);
    expect(await textFrom(["teams", "budget", "yard"])).toBe("This team has no budgets.\n");
    expect(await textFrom(["teams", "budget", "yard", "--limit", "20"])).toMatch(/^monthly +\$20\.00/m);
    await textFrom(["teams", "budget", "yard", "--interval", "daily", "--limit", "0.5"]);
    const budgets = await jsonFrom(["teams", "budget", "yard"]);
    expect(budgets).toMatchObject([
      { reset_interval: "daily", limit_usd: 0.5 },
      { reset_interval: "monthly", limit_usd: 20 },
    ]);
    expect(await textFrom(["teams", "budget", "yard", "--remove"])).not.toContain("monthly");
    const { data } = await jsonFrom(["keys", "create", "--name", "Of the yard", "--team", "yard"]);
    expect(data.workspace_id).toBe("yard");
    expect(await textFrom(["keys", "list", "--team", "yard"])).toContain("Of the yard");
    expect(await textFrom(["keys", "list"])).not.toContain("Of the yard");
    expect(await textFrom(["keys", "list", "--all"])).toContain("Of the yard");
  });
});

describe("spend", () => {
  it("tells what was spent, as a table, as JSON and as CSV", async () => {
    await gateway.generation((await ask(gateway.key)).headers.get("x-generation-id") ?? "");
    expect(await textFrom(["spend"])).toMatch(/^demo\/echo +\$0\.00/m);
    const report = await jsonFrom(["spend", "--by", "model,provider"]);
    expect(report.data[0]).toMatchObject({ model: "demo/echo", provider_name: expect.any(String) });
    const csv = await textFrom(["spend", "--by", "model", "--csv"]);
    expect(csv.split(/\r?\n/)[0]).toMatch(/^model,/);
    expect(await textFrom(["spend", "--from", "2001-01-01", "--to", "2001-01-02"])).toContain("Nothing was spent.");
    expect((await admin(["spend", "--by", "weather"])).stderr).toContain("group_by");
  });
});

describe("books", () => {
  it("tell whether the sums are right, and what upstreams were asked", async () => {
    await gateway.generation((await ask(gateway.key)).headers.get("x-generation-id") ?? "");
    const text = await textFrom(["books"]);
    expect(text).toMatch(/^team +days +records +compared +differences$/m);
    expect(text).toMatch(/^default +0 +0 +- +0$/m);
    expect(text).toContain("No upstream was asked.");
    expect(await jsonFrom(["books", "--team", "default"])).toMatchObject([
      { workspace_id: "default", agrees: true, upstream: { compared: 0, agrees: true } },
    ]);
    expect((await admin(["books", "--team", "nowhere"])).code).toBe(1);
  });

  it("are bad where something differs", async () => {
    const booked = { usage: 0.5, requests: 2 };
    const team = {
      ...{ workspace_id: "yard", days: 3, records: 7, checked_at: "2026-06-10T02:03:04Z" },
      differences: [{ date: "2026-06-09", account: "team", book: "spend", booked, records: { usage: 0.25 } }],
      upstream: {
        ...{ days: 1, eligible: 9, compared: 4, unknown: 1, errors: 2, usage: 1, upstream_usage: 1.5 },
        differences: [
          {
            ...{ date: "2026-06-09", generation_id: "gen-1", provider: "router", cost_certainty: "exact" },
            ...{ usage: 0.25, upstream_usage: 0.75 },
          },
        ],
      },
    };
    const api = { call: async () => ({ data: [team] }) } as unknown as Input["api"];
    const command = bookCommands.books as Command;
    const input = { api, names: [], text: () => undefined, isSet: () => false, number: () => undefined };
    const { text, isBad } = await command.run(input);
    expect(isBad).toBe(true);
    expect(text).toMatch(/^yard +3 +7 +2026-06-10 02:03 +1$/m);
    expect(text).toMatch(/^yard +1 +9 +4 +1 +2 +\$1\.00 +\$1\.50 +1$/m);
    expect(text).toMatch(/^2026-06-09 +yard +team +spend +\$0\.50, 2 requests +\$0\.25, 0 requests$/m);
    expect(text).toMatch(/^2026-06-09 +yard +gen-1 +router +exact +\$0\.25 +\$0\.75$/m);
  });
});

const PROVIDER = { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1" };
const DOCUMENT = {
  providers: { acme: PROVIDER },
  models: { "acme/one": { name: "One", endpoints: [{ provider: "acme", model: "m" }] } },
};

describe("the catalogue", () => {
  it("is checked without being changed, put, and got", async () => {
    const file = fileWith("good.json", DOCUMENT);
    const before = await textFrom(["catalogue", "get"]);
    expect(await textFrom(["catalogue", "check", file])).toBe("The document is good: 1 provider, 1 model.\n");
    expect(await textFrom(["catalogue", "get"])).toBe(before);
    await textFrom(["catalogue", "put", file]);
    expect(JSON.parse(await textFrom(["catalogue", "get"]))).toMatchObject(DOCUMENT);
    expect(await textFrom(["catalogue", "put", "-"], { input: "{}" })).toContain("0 providers, 0 models");
  });

  it.each<[name: string, content: unknown, code: number, says: string]>([
    [
      "what the Worker would refuse",
      { providers: { acme: { ...PROVIDER, base_url: "acme" } } },
      1,
      "providers.acme.base_url",
    ],
    ["what is no JSON", "{", 2, "is no JSON"],
  ])("refuses %s", async (_, content, code, says) => {
    for (const verb of ["check", "put"]) {
      const ended = await admin(["catalogue", verb, fileWith("bad.json", content)]);
      expect(ended).toMatchObject({ code, stdout: "" });
      expect(ended.stderr).toContain(says);
    }
  });
});

describe("a team's own provider keys", () => {
  const SECRET = "sk-demo-of-the-team-4321";

  it("are added from the input or a variable, listed and removed", async () => {
    const text = await textFrom(["byok", "add", "demo", "--name", "Ours", "--required"], { input: `${SECRET}\n` });
    expect(text).toMatch(/^key +…4321$/m);
    const added = await jsonFrom(["byok", "add", "demo", "--from-env", "DEMO_KEY", "--fallback"], {
      env: { DEMO_KEY: SECRET },
    });
    expect(added).toMatchObject({ label: "…4321", is_fallback: true, sort_order: 1 });
    const list = await textFrom(["byok", "list"]);
    expect(list).toMatch(/ demo +…4321 +Ours +0 +first, required +active/);
    expect(list + text).not.toContain(SECRET);
    for (const { id } of await jsonFrom(["byok", "list"])) await textFrom(["byok", "remove", id]);
    expect(await textFrom(["byok", "list"])).toBe("This team has no keys of its own.\n");
    expect(await textFrom(["byok", "reseal"])).toBe("0 sealed again.\n");
  });

  it.each<[name: string, args: string[], says: string]>([
    ["no key", ["byok", "add", "demo"], "No key was given"],
    ["an empty variable", ["byok", "add", "demo", "--from-env", "NO_SUCH_VARIABLE"], "is empty"],
    ["no provider", ["byok", "add"], "One provider is wanted"],
  ])("are not added with %s", async (_, args, says) => {
    const { code, stderr } = await admin(args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe("the audit log", () => {
  it("lists what was done, and is whole", async () => {
    await jsonFrom(["keys", "create", "--name", "On record"]);
    const list = await textFrom(["audit", "list", "--limit", "1"]);
    expect(list).toMatch(/bootstrap +POST \/keys +201 +\{"name":"On record"\}/);
    expect(list).toMatch(/There is more: --cursor \d+/);
    const verdict = await textFrom(["audit", "verify"]);
    const { head } = await jsonFrom(["audit", "verify"]);
    expect(verdict).toContain(head.hash);
    expect((await admin(["audit", "verify", "--seq", String(head.seq), "--hash", head.hash])).code).toBe(0);
    const changed = await admin(["audit", "verify", "--seq", "1", "--hash", "0".repeat(64)]);
    expect(changed).toMatchObject({ code: 1, stdout: expect.stringContaining("entry 1 of") });
  });
});

describe("the rest", () => {
  it("lists presets", async () => {
    expect(await textFrom(["presets", "list"])).toBe("There are no presets.\n");
    const preset = { model: "demo/echo", temperature: 0 };
    await jsonOf(await gateway.manage("/presets/calm/chat/completions", { json: preset }), 200);
    expect(await textFrom(["presets", "list"])).toMatch(/^calm +calm +\d{4}-/m);
  });

  it("tells what the Worker can serve", async () => {
    const health = await textFrom(["health"]);
    expect(health).toMatch(new RegExp(`^answers +${gateway.origin}, in \\d+ ms$`, "m"));
    expect(health).toMatch(/^models to serve +\d+$/m);
    expect((await jsonFrom(["health"])).models).toBeGreaterThan(0);
  });

  it("tells how it is used", async () => {
    for (const args of [[], ["--help"], ["-h"]]) {
      const { code, stdout } = await run(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ {2}keys create +makes a key/m);
    }
    expect(await textFrom(["keys", "create", "--help"])).toMatch(/--limit USD +what it may spend/);
  });
});

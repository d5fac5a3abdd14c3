import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ensureDemoKey, untilItAnswers } from "../../src/cli/demo-key.ts";
import { readKept, readText, writeKept } from "../../src/cli/kept-file.ts";
import { choosePort, isPortFree } from "../../src/cli/port.ts";
import { renderScreen } from "../../src/cli/screen.ts";
import { chooseSecrets, parseKept } from "../../src/cli/secrets.ts";
import { wranglerArguments } from "../../src/cli/worker-process.ts";

const zeros = (bytes: number) => new Uint8Array(bytes);
const MADE = `sk-mgmt-${"A".repeat(43)}`;
const MASTER = `k1:${"A".repeat(43)}=`;

describe("secrets", () => {
  it.each([
    {
      name: "makes what nobody has",
      devVars: {},
      kept: {},
      managementKey: MADE,
      vars: { MANAGEMENT_KEY: MADE, MASTER_KEYS: MASTER },
    },
    {
      name: "keeps what was made",
      devVars: {},
      kept: { MANAGEMENT_KEY: "sk-mgmt-old", MASTER_KEYS: "k1:old" },
      managementKey: "sk-mgmt-old",
      vars: { MANAGEMENT_KEY: "sk-mgmt-old", MASTER_KEYS: "k1:old" },
    },
    {
      name: "leaves to .dev.vars what stands there",
      devVars: { MANAGEMENT_KEY: "own", MASTER_KEYS: "k2:own" },
      kept: { MANAGEMENT_KEY: "sk-mgmt-old" },
      managementKey: "own",
      vars: {},
    },
    {
      name: "takes an empty value for none",
      devVars: { MANAGEMENT_KEY: "", MASTER_KEYS: "k2:own" },
      kept: {},
      managementKey: MADE,
      vars: { MANAGEMENT_KEY: MADE },
    },
  ])("$name", ({ devVars, kept, managementKey, vars }) => {
    const secrets = chooseSecrets(devVars, kept, zeros);
    expect(secrets).toMatchObject({ managementKey, vars, isOwnManagementKey: managementKey === "own" });
    expect(secrets.kept).toEqual({ ...kept, ...vars });
  });

  it("stay the same from start to start", () => {
    const first = chooseSecrets({}, {}, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
    expect(chooseSecrets({}, parseKept(JSON.stringify(first.kept)), zeros)).toEqual(first);
  });

  it("go to the Worker whole, colons and all", () => {
    const list = wranglerArguments({ host: "127.0.0.1", port: 9, vars: { MASTER_KEYS: "k2:a=,k1:b=" } });
    expect(list.slice(-2)).toEqual(["--var", "MASTER_KEYS:k2:a=,k1:b="]);
  });
});

describe("the file of what is kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "pointsman-"));
  const path = join(folder, "deep", "pointsman.json");
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is nothing at first, and then what was written, for its owner only", () => {
    expect(readKept(path)).toEqual({});
    writeKept(path, { MANAGEMENT_KEY: "sk-mgmt-1", demo_key: "sk-1" });
    writeKept(path, { MANAGEMENT_KEY: "sk-mgmt-1", demo_key: "sk-2" });
    expect(readKept(path)).toEqual({ MANAGEMENT_KEY: "sk-mgmt-1", demo_key: "sk-2" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "deep"))).toEqual(["pointsman.json"]);
  });

  it.each(["", "{", "null", '{"demo_key":7}'])("is never overwritten when it is damaged: %s", (text) => {
    writeFileSync(path, text);
    expect(() => readKept(path)).toThrow("is damaged");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("tells an absent file from one that cannot be read", () => {
    expect(readText(join(folder, "absent"))).toBeUndefined();
    expect(() => readText(folder)).toThrow();
  });
});

describe("the port", () => {
  it.each([
    { option: undefined, variable: undefined, port: 8787 },
    { option: undefined, variable: "", port: 8787 },
    { option: undefined, variable: "9000", port: 9000 },
    { option: "9001", variable: "9000", port: 9001 },
  ])("is $port for --port $option and PORT $variable", ({ option, variable, port }) => {
    expect(choosePort(option, variable)).toBe(port);
  });

  it.each(["0", "65536", "80a", "-1", "1e3"])("is not %s", (text) => {
    expect(() => choosePort(text, undefined)).toThrow(`--port is "${text}"`);
    expect(() => choosePort(undefined, text)).toThrow(`PORT is "${text}"`);
  });

  it("is taken while someone listens", async () => {
    const { server, origin } = await serve(() => {});
    const port = Number(new URL(origin).port);
    expect(await isPortFree("127.0.0.1", port)).toBe(false);
    await close(server);
    expect(await isPortFree("127.0.0.1", port)).toBe(true);
  });
});

describe("the demo key", () => {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(close));
  });

  /** A Worker that knows one key and, with the management key `mk`, makes `sk-new`. */
  async function worker(known: string, keyStatus = 401): Promise<{ origin: string; seen: string[] }> {
    const seen: string[] = [];
    const { server, origin } = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const token = request.headers.authorization;
      const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
      if (request.method === "GET") answer(token === `Bearer ${known}` ? 200 : keyStatus, {});
      else if (token === "Bearer mk") answer(201, { key: "sk-new", data: {} });
      else answer(401, { error: { code: 401, message: "No such key" } });
    });
    servers.push(server);
    return { origin, seen };
  }

  it("is reused while the Worker knows it", async () => {
    const { origin, seen } = await worker("sk-old");
    expect(await ensureDemoKey(origin, "mk", "sk-old")).toBe("sk-old");
    expect(seen).toEqual(["GET /api/v1/key"]);
  });

  it.each([undefined, "sk-gone"])("is made when the one kept is %s", async (kept) => {
    const { origin } = await worker("sk-old");
    expect(await ensureDemoKey(origin, "mk", kept)).toBe("sk-new");
  });

  it("is not made because the Worker is ill", async () => {
    const { origin, seen } = await worker("sk-old", 503);
    await expect(ensureDemoKey(origin, "mk", "sk-gone")).rejects.toThrow("status 503");
    expect(seen).toEqual(["GET /api/v1/key"]);
  });

  it("cannot be made with a wrong management key, and the Worker's reason is told", async () => {
    const { origin } = await worker("sk-old");
    await expect(ensureDemoKey(origin, "wrong", undefined)).rejects.toThrow("status 401: No such key");
  });

  it("waits for the Worker, but not for ever", async () => {
    const { origin } = await worker("sk-old");
    await untilItAnswers(origin, 1000);
    await expect(untilItAnswers("http://127.0.0.1:1", 200)).rejects.toThrow("did not answer within 0.2 seconds");
  });
});

describe("the screen", () => {
  const text = renderScreen({ origin: "http://127.0.0.1:8787", demoKey: "sk-demo", managementKeyPlace: ".dev.vars" });

  it("has two commands that a shell takes as they are", () => {
    const commands = text.match(/curl[\s\S]*?'$/gm) ?? [];
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command.split("'")).toHaveLength(3);
      expect(JSON.parse(command.split("'")[1] ?? "")).toHaveProperty("messages");
      expect(
        command
          .split("\n")
          .slice(0, -1)
          .every((line) => line.endsWith(" \\")),
      ).toBe(true);
      expect(command).toContain('"Authorization: Bearer sk-demo"');
    }
    expect(commands[1]).toContain("curl -sN ");
  });

  it("fits a terminal, but for the commands, and names what a person looks for", () => {
    const prose = text.split("\n").filter((line) => !line.includes("-d '"));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const word of ["http://127.0.0.1:8787/api/v1\n", "sk-demo\n", ".dev.vars", "MANAGEMENT_KEY"]) {
      expect(text).toContain(word);
    }
  });
});

async function serve(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

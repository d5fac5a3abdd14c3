import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { isolateMembers } from "../../../src/store/gates.ts";
import { isolateCooldowns } from "../../../src/store/health.ts";
import { TrafficGate } from "../../../src/store/traffic-gate.ts";
import { connect, hang, json, pause, type Reply, refuse, sse } from "../../dispatch/network.ts";
import { completion, ending, errorBody, ROLE, say } from "../../support/openai-chat.ts";
import { chat, makeKey, manage, send } from "../client.ts";

const HOSTS = ["a", "b", "c"];
const PRICING = { prompt: "0.000001", completion: "0.000002" };
const LIMITS = { rpm: 50, tpm: 100_000 };
const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
const GOOD = json(completion("Hi", { usage: USAGE }));
const VECTORS = {
  object: "list",
  data: [{ object: "embedding", index: 0, embedding: [1, 0] }],
  usage: { prompt_tokens: 9, total_tokens: 9 },
};

let key = "";
let names = 0;

/** A catalogue whose router, and alias, no other test has. */
async function putNames(
  members: (fields: object) => object[],
  alias: object = {},
): Promise<{ router: string; alias: string }> {
  const [router, name] = [`router-${++names}`, `alias-${names}`];
  const providers = HOSTS.map((host) => [
    host,
    { name: host, api: "openai-chat", base_url: `https://${host}.test/v1` },
  ]);
  const models = HOSTS.map((host) => [
    `acme/${host}`,
    { name: host, endpoints: [{ provider: host, model: host, pricing: PRICING }] },
  ]);
  const vectors = {
    name: "V",
    output_modalities: ["embeddings"],
    endpoints: [{ provider: "a", model: "v", pricing: PRICING }],
  };
  const document = {
    providers: Object.fromEntries(providers),
    models: {
      ...Object.fromEntries(models),
      "acme/v": vectors,
      "acme/ab": {
        name: "AB",
        endpoints: ["a", "b"].map((provider, index) => ({
          provider,
          model: provider,
          pricing: { prompt: `${0.000001 * 10_000 ** index}`, completion: "0" },
        })),
      },
    },
    aliases: { [name]: { model: "acme/a", ...LIMITS, ...alias } },
    routers: { [router]: { members: members(LIMITS) } },
  };
  const response = await manage("/api/v1/catalog", { method: "PUT", json: document });
  expect(await response.text()).not.toContain("error");
  return { router, alias: name };
}

/** One member after the other, always. */
const inOrder =
  (...targets: string[]) =>
  (limits: object) =>
    targets.map((target, index) => ({ target: `acme/${target}`, weight: index === 0 ? 1 : 0, ...limits }));

/** Requests and tokens that are counted at a gate, once nothing is held there any more than `tokens`. */
async function countedAt(keeper: string, target: string) {
  const { states } = await env.TRAFFIC.getByName(keeper).look([{ target, ...LIMITS }], { requests: 1, tokens: 1 });
  const { requests, tokens } = states[target] ?? { requests: -1, tokens: -1 };
  return [requests, tokens];
}

const settles = (keeper: string, target: string, counts: number[]) =>
  vi.waitFor(async () => expect(await countedAt(keeper, target)).toEqual(counts), { timeout: 3_000 });

beforeAll(async () => {
  ({ key } = await makeKey());
});
afterEach(() => {
  vi.restoreAllMocks();
  isolateCooldowns.clear();
  isolateMembers.clear();
});
afterAll(async () => {
  await manage("/api/v1/catalog", { method: "PUT", json: {} });
});

describe("what a gate has counted when a request has ended", () => {
  const failing = json(errorBody("No."), { status: 500 });
  const long = sse([ROLE, say("one "), say("two "), pause(60_000)]);
  it.each<[name: string, hosts: Record<string, Reply>, fields: object, a: number[], b: number[]]>([
    ["well", { a: GOOD }, {}, [1, 12], [0, 0]],
    ["well, as a stream", { a: sse([ROLE, say("Hi"), ending("stop", USAGE)]) }, { stream: true }, [1, 12], [0, 0]],
    ["at the second member", { a: failing, b: GOOD }, {}, [1, 0], [1, 12]],
    ["in vain", { a: failing, b: refuse }, {}, [1, 0], [1, 0]],
    ["by the request's fault", { a: json(errorBody("No."), { status: 400 }) }, {}, [1, 0], [0, 0]],
    ["with three calls for three choices", { a: GOOD }, { n: 3 }, [3, 36], [0, 0]],
    [
      "outrun by a second member",
      { a: hang, b: sse([ROLE, say("Hi"), ending("stop", USAGE)]) },
      { stream: true, provider: { hedge: { after_ms: 20 } } },
      [1, 0],
      [1, 12],
    ],
    ["broken off", { a: sse([ROLE, say("Hi")]), b: GOOD }, { stream: true }, [1, -1], [0, 0]],
  ])("%s", async (_, hosts, fields, a, b) => {
    const { router } = await putNames(inOrder("a", "b"));
    connect(hosts);
    await (await chat(key, { model: router, max_tokens: 100, ...fields })).text();
    const keeper = `router:${router}`;
    if (a[1] !== -1) await settles(keeper, "acme/a", a);
    // What is only estimated is a few tokens, and not what was held.
    else await vi.waitFor(async () => expect((await countedAt(keeper, "acme/a"))[1]).toBeLessThan(50));
    await settles(keeper, "acme/b", b);
  });

  it("because its client left", async () => {
    const { router } = await putNames(inOrder("a"));
    connect({ a: long });
    const response = await chat(key, { model: router, max_tokens: 500, stream: true });
    const reader = response.body?.getReader();
    for (let text = ""; !text.includes("two"); ) text += new TextDecoder().decode((await reader?.read())?.value);
    expect((await countedAt(`router:${router}`, "acme/a"))[1]).toBeGreaterThan(500);
    await reader?.cancel();
    await vi.waitFor(async () => {
      const [requests, tokens = 0] = await countedAt(`router:${router}`, "acme/a");
      expect(requests).toBe(1);
      expect(tokens).toBeGreaterThan(0);
      expect(tokens).toBeLessThan(50);
    });
  });

  it("before it was sent: nothing", async () => {
    const { router, alias } = await putNames(inOrder("a"));
    const { key: poor } = await makeKey({ limit: 0.000001 });
    const calls = connect({ a: GOOD });
    for (const model of [router, alias]) expect((await chat(poor, { model, max_tokens: 100 })).status).toBe(402);
    await settles(`router:${router}`, "acme/a", [0, 0]);
    await settles(`alias:${alias}`, alias, [0, 0]);
    expect(calls).toEqual([]);
  });

  it("as vectors", async () => {
    const { alias } = await putNames(inOrder("a"), { model: "acme/v" });
    connect({ a: json(VECTORS) });
    const response = await send("/api/v1/embeddings", { key, json: { model: alias, input: "Hi" } });
    expect(response.status).toBe(200);
    await settles(`alias:${alias}`, alias, [1, 9]);
  });
});

describe("a member that is an alias", () => {
  it("is counted at both, and at the router only when both let it in", async () => {
    const { router, alias } = await putNames(
      (limits) => [
        { target: `alias-${names}`, weight: 1, ...limits },
        { target: "acme/b", weight: 0, ...limits },
      ],
      { rpm: 1 },
    );
    connect({ a: GOOD, b: GOOD });
    for (const provider of ["a", "b", "b"])
      expect(await (await chat(key, { model: router })).json()).toMatchObject({ model: router, provider });
    await settles(`router:${router}`, alias, [1, 12]);
    await settles(`router:${router}`, "acme/b", [2, 24]);
    await settles(`alias:${alias}`, alias, [1, 12]);
  });
});

describe("a member with two endpoints", () => {
  const shutAt = async (router: string) => {
    const { states, atMs } = await env.TRAFFIC.getByName(`router:${router}`).look([{ target: "acme/ab" }], {
      requests: 1,
      tokens: 1,
    });
    const untilMs = states["acme/ab"]?.shut?.untilMs;
    return untilMs === undefined ? undefined : Math.round((untilMs - atMs) / 1000);
  };
  const busy = (seconds: number) => json(errorBody("Wait."), { status: 429, headers: { "retry-after": `${seconds}` } });
  const wishes = { provider: { order: ["a", "b"] } };

  it("is not passed over when the second one answers", async () => {
    const { router } = await putNames(inOrder("ab"));
    connect({ a: busy(50), b: GOOD });
    expect((await chat(key, { model: router, ...wishes })).status).toBe(200);
    await settles(`router:${router}`, "acme/ab", [1, 12]);
    expect(await shutAt(router)).toBeUndefined();
  });

  it("is back with the first of them when both have failed", async () => {
    for (const [a, b] of [
      [50, 20],
      [20, 50],
    ] as const) {
      const { router } = await putNames(inOrder("ab"));
      connect({ a: busy(a), b: busy(b) });
      expect((await chat(key, { model: router, ...wishes })).status).toBe(429);
      await vi.waitFor(async () => expect(await shutAt(router)).toBe(20));
      isolateCooldowns.clear();
    }
  });
});

describe("a gate that does not answer", () => {
  it("is a 503 with a hint for the first target", async () => {
    const { router } = await putNames(inOrder("a"));
    const calls = connect({ a: GOOD });
    vi.spyOn(TrafficGate.prototype, "enter").mockImplementation(() => {
      throw new Error("storage is broken");
    });
    vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await chat(key, { model: router });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(calls).toEqual([]);
  });

  it("is passed over behind it", async () => {
    const { router } = await putNames(inOrder("a", "b"));
    vi.spyOn(console, "error").mockImplementation(() => {});
    const calls = connect({
      a() {
        vi.spyOn(TrafficGate.prototype, "enter").mockImplementation(() => {
          throw new Error("storage is broken");
        });
        return Response.json(errorBody("No."), { status: 500 });
      },
      b: GOOD,
    });
    expect((await chat(key, { model: router })).status).toBe(502);
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
  });
});

it("a plain request asks no gate", async () => {
  await putNames(inOrder("a"));
  connect({ a: GOOD });
  const asked = [vi.spyOn(TrafficGate.prototype, "enter"), vi.spyOn(TrafficGate.prototype, "look")];
  expect((await chat(key, { model: "acme/a" })).status).toBe(200);
  for (const method of asked) expect(method).not.toHaveBeenCalled();
});

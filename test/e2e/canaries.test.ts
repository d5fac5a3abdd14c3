import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Api } from "../../src/schema/catalogue.ts";
import { beginningOf, DIALECTS, speak, streamed } from "../support/dialects.ts";
import { jsonOf, startGateway } from "../support/gateway.ts";
import {
  type Answer,
  body,
  die,
  type Exchange,
  json,
  type Route,
  redirect,
  refusingBaseUrl,
  startUpstream,
} from "../support/upstream.ts";

/** None of these has the look of a key: what is taken out is taken out because it is known. */
const SECRETS = {
  literal: "Canary0ne/of+the=safe.Quartz",
  named: "canaryTwo~from~the~env!Basalt",
  header: "canaryThree_in_a_header;Marble",
  bearer: "canaryFour.behind.a.word.Slate",
  account: "canaryFive-account-Tonalite",
};

const gateway = await startGateway({ vars: { CANARY_KEY: SECRETS.named, CANARY_ACCOUNT: SECRETS.account } });
const upstream = await startUpstream();
/** Another company's server. */
const elsewhere = await startUpstream();
afterAll(() => Promise.all([gateway.close(), upstream.close(), elsewhere.close()]));

const MESSAGES = [{ role: "user", content: "Who goes there?" }];
const NAMED = "named";
const LITERAL = "literal";

interface Post {
  api: Api;
  keyIs: typeof NAMED | typeof LITERAL;
  secret: string;
  model: string;
  route: Route;
}

/** What the upstreams of the test in progress answer. */
let script: Answer = die("fin");
beforeEach(() => {
  script = die("fin");
});

const APIS = Object.keys(DIALECTS) as Api[];
const posts: Post[] = [
  ...APIS.map((api) => toPost(api, LITERAL)),
  ...(["openai-chat", "anthropic-messages"] as const).map((api) => toPost(api, NAMED)),
];
function toPost(api: Api, keyIs: Post["keyIs"]): Post {
  const route = upstream.route((exchange) => script(exchange));
  return { api, keyIs, secret: SECRETS[keyIs], model: `canaries/${api}-${keyIs}`, route };
}
await gateway.putCatalog({
  providers: Object.fromEntries(
    posts.map(({ api, keyIs, secret, route }) => [
      `${api}-${keyIs}`,
      {
        ...{ name: `${api}, ${keyIs}`, api, base_url: route.baseUrl },
        key: keyIs === "named" ? "CANARY_KEY" : { value: secret },
        headers: { "x-team": SECRETS.header, "x-proxy-authorization": `Bearer ${SECRETS.bearer}` },
      },
    ]),
  ),
  models: Object.fromEntries(
    posts.map(({ api, keyIs, model }) => [
      model,
      { name: model, endpoints: [{ provider: `${api}-${keyIs}`, model: "one" }] },
    ]),
  ),
});

/** Every secret whole, its beginning, its end, and as it stands in JSON or a URL; and where the upstreams are. */
const FORBIDDEN = [
  ...Object.values(SECRETS).flatMap((secret) => [secret, secret.slice(0, 9), secret.slice(-6)]),
  ...[upstream.origin, elsewhere.origin].flatMap((origin) => [origin, new URL(origin).host]),
];

/** Asserts that nothing of what must stay inside is in a text. */
function expectClean(text: string): void {
  for (const secret of FORBIDDEN)
    if (text.includes(secret)) throw new Error(`"${secret}" is out: ${near(text, secret)}`);
}

function near(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 60), at + 60);
}

/** Asks, and gives all that a client can see: headers and body, and what is on record. */
async function everythingOf(fields: object): Promise<{ status: number; text: string }> {
  const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields } });
  const text = `${JSON.stringify([...response.headers])}\n${await response.text()}`;
  const id = response.headers.get("x-generation-id");
  const record = id === null ? {} : await gateway.generation(id);
  return { status: response.status, text: `${text}\n${JSON.stringify(record)}` };
}

/** What an indiscreet upstream knows: all that it was called with. */
function echoOf({ visit, request }: Exchange): string {
  const headers = Object.entries(visit.headers).map(([name, value]) => `${name}: ${value}`);
  return `Called at http://${visit.headers.host}${request.url} with ${headers.join("; ")}.`;
}

/** Headers in which an upstream tells secrets; those that a header cannot hold as they are come encoded. */
function tellingHeaders({ secret }: Post): Record<string, string> {
  return {
    "x-upstream-key": secret,
    "set-cookie": `session=${encodeURIComponent(secret)}; key=${SECRETS.header}`,
    "x-request-id": secret,
    "x-amzn-errortype": `${secret}:${upstream.origin}`,
    // None: the next request goes here again.
    "retry-after": "0",
    link: `<${upstream.origin}/more>; rel="next"`,
    "access-control-allow-origin": upstream.origin,
  };
}

const STATUSES = [400, 401, 403, 429, 500];

describe.each(posts)("$api with a $keyIs key", (post) => {
  const { api, model, route, secret } = post;
  const dialect = DIALECTS[api];

  it("calls with the key, so that there is something to tell", async () => {
    script = speak(dialect, { text: "A friend." });
    expect((await everythingOf({ model })).status).toBe(200);
    const visit = route.visits.at(-1);
    expect(JSON.stringify(visit?.headers)).toContain(secret);
    expect(visit?.headers["x-team"]).toBe(SECRETS.header);
  });

  it.each([true, false])("passes no header of an answer on, stream: %s", async (stream) => {
    script = (exchange) => {
      for (const [name, value] of Object.entries(tellingHeaders(post))) exchange.response.setHeader(name, value);
      return speak(dialect, { text: "A friend." })(exchange);
    };
    const { status, text } = await everythingOf({ model, stream });
    expect(status).toBe(200);
    expectClean(text);
    expect(text).not.toMatch(/set-cookie|x-upstream-key/);
  });

  it.each(STATUSES)("tells nothing of an error body with status %i", async (status) => {
    script = (exchange) => {
      const refusal = dialect.refusal(echoOf(exchange), secret);
      return json(refusal, { status, headers: tellingHeaders(post) })(exchange);
    };
    for (const stream of [true, false]) {
      const answer = await everythingOf({ model, stream });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expectClean(answer.text);
      // What is left of the text is quoted, so that there was something to take out.
      if (status === 500) expect(answer.text).toContain("Called at [upstream]");
    }
  });

  it.each([
    { name: "plain text", write: (echo: string) => echo },
    { name: "a page of HTML", write: (echo: string) => `<html><body><h1>Oops</h1>${echo}</body></html>` },
    { name: "half a JSON", write: (echo: string) => JSON.stringify({ error: { message: echo } }).slice(0, -2) },
  ])("tells nothing of an error that is $name", async ({ write }) => {
    script = (exchange) => body([write(echoOf(exchange))], { status: 500 })(exchange);
    expectClean((await everythingOf({ model })).text);
  });

  it.each([4096, 256 * 1024])("tells no half of a key at the cut of a body of %i characters", async (size) => {
    const half = Math.floor(secret.length / 2);
    for (const [before, after] of [
      [size - half, 40],
      [size - 3, 40],
      [size - secret.length, size],
    ] as const) {
      const long = `${"x".repeat(before)}${secret}${"y".repeat(after)}`;
      script = body([long], { status: 500 });
      expectClean((await everythingOf({ model })).text);
    }
  });

  it("tells nothing of an error in place of a stream's first token", async () => {
    script = (exchange) => streamed(dialect, [dialect.streamError(echoOf(exchange), secret)])(exchange);
    const { status, text } = await everythingOf({ model, stream: true });
    expect(status).toBeGreaterThanOrEqual(400);
    expectClean(text);
  });

  it("tells nothing of an error in the middle of a stream", async () => {
    script = (exchange) => {
      const steps = [...beginningOf(dialect, "A friend."), dialect.streamError(echoOf(exchange), secret)];
      return streamed(dialect, steps)(exchange);
    };
    const { status, text } = await everythingOf({ model, stream: true });
    expect(status).toBe(200);
    expect(text).toContain('"finish_reason":"error"');
    expect(text).toContain("Called at [upstream]");
    expectClean(text);
  });

  it("tells nothing of an error body with status 200", async () => {
    script = (exchange) => json(dialect.refusal(echoOf(exchange), secret))(exchange);
    for (const stream of [true, false]) expectClean((await everythingOf({ model, stream })).text);
  });

  it.each([302, 307])("does not follow a redirect with status %i", async (status) => {
    const trap = elsewhere.route(speak(dialect, { text: "A foe." }));
    script = (exchange) => {
      if (status === 302) return redirect(trap.baseUrl + exchange.visit.path)(exchange);
      return body([], { status, headers: { location: trap.baseUrl + exchange.visit.path } })(exchange);
    };
    const before = route.visits.length;
    const answer = await everythingOf({ model });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expectClean(answer.text);
    expect(trap.visits).toEqual([]);
    expect(route.visits.length).toBe(before + 1);
  });
});

describe("from company to company", () => {
  it("all are well again, so that none is passed over", async () => {
    for (const { api, model } of posts) {
      script = speak(DIALECTS[api], { text: "A friend." });
      expect((await everythingOf({ model })).status).toBe(200);
    }
  });

  it("no key goes to another one's host, and no error tells of an earlier one", async () => {
    for (const [first, second] of pairs(posts)) {
      const visits = first.route.visits.length + second.route.visits.length;
      script = (exchange) => json({ error: { message: echoOf(exchange) } }, { status: 500 })(exchange);
      const { text } = await everythingOf({ models: [first.model, second.model] });
      expectClean(text);
      expect(text).toContain("previous_errors");
      expect(first.route.visits.length + second.route.visits.length).toBe(visits + 2);
      for (const { route, keyIs } of [first, second]) {
        const headers = JSON.stringify(route.visits.at(-1)?.headers);
        expect(headers).not.toContain(keyIs === NAMED ? SECRETS.literal : SECRETS.named);
        expect(headers).not.toContain(gateway.key);
      }
    }
  });

  it.each(["reset", "fin"] as const)("a connection that breaks (%s) tells nothing", async (how) => {
    script = die(how);
    for (const { model } of posts) expectClean((await everythingOf({ model })).text);
  });
});

describe("secrets in another form", () => {
  it.each([
    {
      name: "in JSON with escaped slashes",
      write: (exchange: Exchange) => JSON.stringify({ error: { message: echoOf(exchange) } }).replaceAll("/", "\\/"),
    },
    { name: "in JSON that has no message", write: (exchange: Exchange) => JSON.stringify([[echoOf(exchange)]]) },
    { name: "percent-encoded", write: (exchange: Exchange) => encodeURIComponent(echoOf(exchange)) },
    {
      name: "without the word before them",
      write: ({ visit }: Exchange) =>
        Object.values(visit.headers)
          .map((value) => String(value).split(" ").at(-1))
          .join(),
    },
  ])("are not told: $name", async ({ write }) => {
    script = (exchange) => body([write(exchange)], { status: 500 })(exchange);
    for (const { model } of posts) expectClean((await everythingOf({ model })).text);
  });

  const AWS = ["CANARYACCESSKEYID", "canarySecretAccess/Obsidian", "canarySession/Token+Gneiss"] as const;

  it("no part of an AWS key is told", async () => {
    const route = upstream.route((exchange) => script(exchange));
    await gateway.addCatalog({
      providers: {
        aws: { name: "Aws", api: "bedrock-converse", base_url: route.baseUrl, key: { value: AWS.join(":") } },
      },
      models: { "canaries/aws": { name: "aws", endpoints: [{ provider: "aws", model: "one" }] } },
    });
    script = (exchange) => json({ message: `${echoOf(exchange)} ${AWS.join(" ")}` }, { status: 500 })(exchange);
    const { text } = await everythingOf({ model: "canaries/aws" });
    expect(JSON.stringify(route.visits.at(-1)?.headers)).toContain(AWS[2]);
    expect(JSON.stringify(route.visits.at(-1)?.headers)).not.toContain(AWS[1]);
    expectClean(text);
    expect(AWS.filter((part) => text.includes(part))).toEqual([]);
  });
});

describe("addresses", () => {
  const addModel = async (name: string, { row, endpoint }: { row: object; endpoint?: object }) => {
    const provider = { name, api: "openai-chat", key: { value: SECRETS.literal }, ...row };
    const model = { name, endpoints: [{ provider: name, model: "one", ...endpoint }] };
    await gateway.addCatalog({ providers: { [name]: provider }, models: { [`canaries/${name}`]: model } });
    return `canaries/${name}`;
  };

  it.each([
    { name: "with its host", write: echoOf },
    { name: "without its host", write: ({ request }: Exchange) => `There is no ${request.url} here.` },
  ])("a secret in one is not told, $name", async ({ write }) => {
    const route = upstream.route((exchange) => script(exchange));
    const model = await addModel("account", { row: { base_url: `${route.baseUrl}/{CANARY_ACCOUNT}` } });
    script = (exchange) => json({ error: { message: write(exchange) } }, { status: 404 })(exchange);
    const { text } = await everythingOf({ model });
    expect(route.visits.at(-1)?.path).toContain(SECRETS.account);
    expectClean(text);
  });

  it("an endpoint's own one is not told", async () => {
    const route = elsewhere.route((exchange) => script(exchange));
    const row = { base_url: upstream.origin, auth_header: "x-own-key" };
    const model = await addModel("own", { row, endpoint: { base_url: route.baseUrl } });
    script = (exchange) => json({ error: { message: echoOf(exchange) } }, { status: 500 })(exchange);
    const { text } = await everythingOf({ model });
    expect(route.visits.at(-1)?.headers["x-own-key"]).toBe(SECRETS.literal);
    expectClean(text);
  });
});

describe("a row that cannot be called", () => {
  /** Paste of a key with its line break: no header can hold it. */
  const BROKEN = "canarySix\nGabbro";

  it.each([
    { name: "an address at which nobody listens", row: async () => ({ base_url: await refusingBaseUrl() }) },
    { name: "a host that there is not", row: () => ({ base_url: "http://canary-host.invalid/v1" }) },
    { name: "a key that no header can hold", row: () => ({ base_url: upstream.origin, key: { value: BROKEN } }) },
  ])("tells nothing: $name", async ({ row }) => {
    const fields: { base_url: string; key?: object } = await row();
    for (const api of Object.keys(DIALECTS)) {
      const provider = { name: "Nowhere", api, key: { value: SECRETS.literal }, ...fields };
      await gateway.addCatalog({
        providers: { nowhere: provider },
        models: { "canaries/nowhere": { name: "nowhere", endpoints: [{ provider: "nowhere", model: "one" }] } },
      });
      const { status, text } = await everythingOf({ model: "canaries/nowhere" });
      expect(status).toBeGreaterThanOrEqual(500);
      expectClean(text);
      for (const out of [new URL(fields.base_url).host, "canary-host", "canarySix", "Gabbro"])
        expect(text).not.toContain(out);
    }
  });
});

describe("what a client brings", () => {
  it("of its headers none goes to a provider", async () => {
    const mine = "canary-of-the-client";
    const names = ["cookie", "x-api-key", "x-goog-api-key", "x-forwarded-for", "x-title", "http-referer", "user-agent"];
    const headers = Object.fromEntries(names.map((name) => [name, mine]));
    for (const { api, model, route } of posts) {
      script = speak(DIALECTS[api], { text: "A friend." });
      await jsonOf(await gateway.request("/chat/completions", { json: { model, messages: MESSAGES }, headers }), 200);
      const sent = JSON.stringify(route.visits.at(-1)?.headers) + route.visits.at(-1)?.text;
      expect(sent).not.toContain(mine);
      expect(sent).not.toContain(gateway.key);
    }
  });
});

describe("elsewhere", () => {
  it("the operator's document shows no key, and no client the document", async () => {
    const text = await (await gateway.manage("/catalog")).text();
    for (const secret of [SECRETS.literal, SECRETS.named]) expect(text).not.toContain(secret);
    const refused = await gateway.request("/catalog");
    expect(refused.status).toBe(403);
    expectClean(await refused.text());
  });

  it.each(["/models", "/providers", `/models/${posts[0]?.model}/endpoints`, "/key"])(
    "%s tells nothing",
    async (path) => {
      const response = await gateway.request(path);
      expect(response.status).toBe(200);
      expectClean(JSON.stringify([...response.headers]) + (await response.text()));
    },
  );

  it("refused changes of the document are not quoted", async () => {
    const provider = {
      name: "Bad",
      api: "openai-chat",
      base_url: upstream.origin,
      key: { value: SECRETS.literal, x: 1 },
    };
    const response = await gateway.manage("/catalog", { method: "PUT", json: { providers: { bad: provider } } });
    expectClean(JSON.stringify(await jsonOf(response, 400)));
  });

  it("the Worker's log has none of all this", async () => {
    await wait(50);
    expectClean(gateway.logs());
  });
});

/** Everyone with everyone whose key comes from elsewhere. */
function pairs(all: Post[]): [Post, Post][] {
  return all.flatMap((first) =>
    all.filter(({ keyIs }) => keyIs !== first.keyIs).map((second): [Post, Post] => [first, second]),
  );
}

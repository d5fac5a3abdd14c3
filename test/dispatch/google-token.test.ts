import { beforeAll, describe, expect, it } from "vitest";
import { googleToken, type PostForm, readServiceAccount } from "../../src/dispatch/google-token.ts";

const NOW_MS = 1_790_000_000_000;
const HOUR_MS = 3_600_000;
const TOKEN_URI = "https://oauth2.googleapis.com/token";

let pem: string;
let publicKey: CryptoKey;
let accounts = 0;

beforeAll(async () => {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  publicKey = pair.publicKey;
  const bytes = new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer);
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  pem = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
});

/** The JSON of an account that no other test has. */
function secretOf(fields: object = {}): string {
  accounts += 1;
  return JSON.stringify({
    type: "service_account",
    project_id: "lighthouse-1",
    private_key_id: "kid-1",
    private_key: pem,
    client_email: `keeper-${accounts}@lighthouse-1.iam.gserviceaccount.com`,
    token_uri: TOKEN_URI,
    ...fields,
  });
}

interface Visit {
  url: string;
  form: URLSearchParams;
}

/** A token server that gives `token-1`, `token-2` …, and what it was asked. */
function tokenServer(answer?: (visits: number) => Response | Promise<Response>) {
  const visits: Visit[] = [];
  const post: PostForm = async (url, form) => {
    const visit = visits.push({ url, form });
    await Promise.resolve();
    return answer?.(visit) ?? Response.json({ access_token: `token-${visit}`, expires_in: 3599 });
  };
  return { visits, post };
}

function decode(part: string | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part ?? "", { alphabet: "base64url" })));
}

describe("a new token", () => {
  it("is asked for with a signed assertion", async () => {
    const secret = secretOf();
    const { visits, post } = tokenServer();
    expect(await googleToken(secret, post, NOW_MS)).toEqual({ token: "token-1" });
    const [visit] = visits;
    expect(visit?.url).toBe(TOKEN_URI);
    expect(visit?.form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header, claims, signature] = visit?.form.get("assertion")?.split(".") ?? [];
    expect(decode(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "kid-1" });
    expect(decode(claims)).toEqual({
      iss: JSON.parse(secret).client_email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: TOKEN_URI,
      iat: 1_790_000_000,
      exp: 1_790_003_600,
    });
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    const bytes = Uint8Array.fromBase64(signature ?? "", { alphabet: "base64url" });
    expect(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", publicKey, bytes, signed)).toBe(true);
  });

  it.each(["http://127.0.0.1:9000/token", "http://localhost/t", "http://[::1]:1/token"])(
    "comes from this machine in tests: %s",
    async (uri) => {
      const { visits, post } = tokenServer();
      expect(await googleToken(secretOf({ token_uri: uri }), post, NOW_MS)).toEqual({ token: "token-1" });
      expect(visits[0]?.url).toBe(uri);
    },
  );

  it("can be had with a key whose newlines are escaped, and without a token_uri", async () => {
    const { visits, post } = tokenServer();
    const secret = secretOf({ private_key: pem.replaceAll("\n", "\\n"), token_uri: undefined });
    expect(await googleToken(secret, post, NOW_MS)).toEqual({ token: "token-1" });
    expect(visits[0]?.url).toBe(TOKEN_URI);
  });
});

describe("a token", () => {
  it("is used until shortly before it expires", async () => {
    const secret = secretOf();
    const { visits, post } = tokenServer();
    for (const afterMs of [0, 1_000, HOUR_MS - 310_000])
      expect(await googleToken(secret, post, NOW_MS + afterMs)).toEqual({ token: "token-1" });
    expect(visits).toHaveLength(1);
    expect(await googleToken(secret, post, NOW_MS + HOUR_MS - 290_000)).toEqual({ token: "token-2" });
    expect(visits).toHaveLength(2);
  });

  it("is remembered for its account, whoever asks", async () => {
    const [one, other] = [secretOf(), secretOf()];
    const first = tokenServer();
    await googleToken(one, first.post, NOW_MS);
    await googleToken(other, first.post, NOW_MS);
    expect(first.visits).toHaveLength(2);
    const second = tokenServer();
    expect(await googleToken(other, second.post, NOW_MS)).toEqual({ token: "token-2" });
    expect(second.visits).toHaveLength(0);
  });

  it("is exchanged once for concurrent callers of one request, and for each request by itself", async () => {
    const secret = secretOf();
    const { visits, post } = tokenServer();
    const [one, other] = [{}, {}];
    const callers = [one, one, other, one, other].map((request) => googleToken(secret, post, NOW_MS, request));
    const results = await Promise.all(callers);
    const [first, second] = [{ token: "token-1" }, { token: "token-2" }];
    expect(results.filter((_, index) => [0, 1, 3].includes(index))).not.toContainEqual(results[2]);
    expect([first, second]).toEqual(expect.arrayContaining([results[0], results[2]]));
    expect(visits).toHaveLength(2);
  });

  it("is asked for again in the same request after a failure", async () => {
    const secret = secretOf();
    const { post } = tokenServer((visit) =>
      visit === 1 ? new Response("", { status: 500 }) : Response.json({ access_token: "late" }),
    );
    const request = {};
    expect(await googleToken(secret, post, NOW_MS, request)).toMatchObject({ failure: { kind: "overloaded" } });
    expect(await googleToken(secret, post, NOW_MS, request)).toEqual({ token: "late" });
  });

  it("is never awaited across requests that name none", async () => {
    const secret = secretOf();
    const { visits, post } = tokenServer();
    await Promise.all([googleToken(secret, post, NOW_MS), googleToken(secret, post, NOW_MS)]);
    expect(visits).toHaveLength(2);
  });
});

describe("no token", () => {
  it.each([
    {
      what: "a refusal",
      response: () => Response.json({ error: "invalid_grant", error_description: "Invalid JWT." }, { status: 400 }),
      failure: {
        kind: "unauthorized",
        status: 400,
        providerCode: "invalid_grant",
        message: expect.stringMatching(/: Invalid JWT\.$/),
      },
    },
    {
      what: "a fault",
      response: () => new Response("oops", { status: 503 }),
      failure: { kind: "overloaded", status: 503 },
    },
    {
      what: "a limit",
      response: () => new Response("", { status: 429 }),
      failure: { kind: "rate_limited", status: 429 },
    },
    {
      what: "an answer without a token",
      response: () => Response.json({}),
      failure: { kind: "unauthorized", status: 200 },
    },
    {
      what: "a redirect",
      response: () => new Response(null, { status: 302 }),
      failure: { kind: "unauthorized", status: 302 },
    },
    {
      what: "a server that is away",
      response: () => Promise.reject(new Error("connection refused")),
      failure: { kind: "unreachable", message: expect.stringContaining("connection refused") },
    },
  ])("comes of $what, and the next caller asks again", async ({ response, failure }) => {
    const secret = secretOf();
    const { visits, post } = tokenServer((visit) =>
      visit === 1 ? response() : Response.json({ access_token: "late" }),
    );
    expect(await googleToken(secret, post, NOW_MS)).toMatchObject({ failure });
    expect(await googleToken(secret, post, NOW_MS)).toEqual({ token: "late" });
    expect(visits).toHaveLength(2);
  });

  it.each([
    { what: "a bare key", secret: () => "AIza-not-json" },
    { what: "broken JSON", secret: () => "{" },
    { what: "other JSON", secret: () => '{"type":"authorized_user"}' },
    { what: "a broken private key", secret: () => secretOf({ private_key: "-----BEGIN PRIVATE KEY-----\nlamp\n" }) },
    { what: "a token server elsewhere", secret: () => secretOf({ token_uri: "https://evil.example/token" }) },
    {
      what: "a token server that only looks right",
      secret: () => secretOf({ token_uri: "https://oauth2.googleapis.com@evil.example/token" }),
    },
    {
      what: "a host that only begins right",
      secret: () => secretOf({ token_uri: "http://127.0.0.1.evil.example/token" }),
    },
    { what: "no address", secret: () => secretOf({ token_uri: 7 }) },
  ])("comes of $what, and nothing is sent", async ({ secret }) => {
    const { visits, post } = tokenServer();
    const result = await googleToken(secret(), post, NOW_MS);
    expect(result).toMatchObject({ failure: { kind: "unauthorized" } });
    expect(visits).toHaveLength(0);
    expect(JSON.stringify(result)).not.toMatch(/lamp|evil|AIza/);
  });
});

it("reads what an account says of itself", () => {
  expect(readServiceAccount(secretOf({ client_email: "k@l" }))).toEqual({
    clientEmail: "k@l",
    privateKey: pem,
    keyId: "kid-1",
    tokenUri: TOKEN_URI,
    projectId: "lighthouse-1",
  });
  expect(readServiceAccount("AIza-key")).toBeUndefined();
});

import type { UpstreamFailure } from "../errors.ts";
import { isRecord } from "../schema/accepts.ts";

/** What of a Google service account's JSON is needed to act for it. */
export interface ServiceAccount {
  clientEmail: string;
  /** PKCS #8 in PEM. */
  privateKey: string;
  /** Which of the account's keys this is; undefined when the JSON does not say. */
  keyId: string | undefined;
  tokenUri: string;
  /** Undefined when the JSON does not say. */
  projectId: string | undefined;
}

/** Sends a form to an address and gives the answer. May reject. */
export type PostForm = (url: string, form: URLSearchParams) => Promise<Response>;

/** An access token, or why there is none. */
export type TokenResult = { token: string } | { failure: UpstreamFailure };

const TOKEN_URI = "https://oauth2.googleapis.com/token";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Longest life of an assertion that Google takes, in seconds. */
const ASSERTION_SECONDS = 3600;
/** Life of a token that names none, in seconds. */
const DEFAULT_LIFE_SECONDS = 3600;
/** A token is not used in the last minutes of its life: long streams begin with it. */
const MARGIN_MS = 5 * 60_000;
/** Accounts whose tokens an isolate remembers. */
const MAX_ACCOUNTS = 100;

/** Tokens of this isolate by the secret that they were made from. A lost one is made again. */
const tokens = new Map<string, { token: string; expiresAtMs: number }>();
/** Exchanges under way, by the request that they belong to. */
const exchanges = new WeakMap<object, Map<string, Promise<TokenResult>>>();

/** Reads the JSON of a service account as Google gives it out; undefined for any other text. */
export function readServiceAccount(secret: string): ServiceAccount | undefined {
  if (!/^\s*\{/.test(secret)) return undefined;
  const json = parseJson(secret);
  if (!isRecord(json)) return undefined;
  const { client_email: clientEmail, private_key: privateKey, private_key_id: keyId, token_uri: tokenUri } = json;
  if (typeof clientEmail !== "string" || typeof privateKey !== "string") return undefined;
  return {
    clientEmail,
    privateKey,
    keyId: typeof keyId === "string" ? keyId : undefined,
    tokenUri: tokenUri === undefined ? TOKEN_URI : String(tokenUri),
    projectId: typeof json.project_id === "string" ? json.project_id : undefined,
  };
}

/**
 * An access token for a service account's JSON: a remembered one until shortly before it expires, else a new one from
 * the account's token server. Never rejects.
 *
 * `request` stands for the client's request that is being served: callers that name the same one share an exchange.
 * Callers of different requests never do, because on Workers a promise that waits for one request's I/O may not be
 * awaited by another.
 */
export async function googleToken(
  secret: string,
  post: PostForm,
  nowMs: number,
  request?: object,
): Promise<TokenResult> {
  const known = tokens.get(secret);
  if (known && known.expiresAtMs - MARGIN_MS > nowMs) return { token: known.token };
  if (request === undefined) return makeToken(secret, post, nowMs);
  const underWay = exchanges.get(request) ?? new Map<string, Promise<TokenResult>>();
  exchanges.set(request, underWay);
  const exchange = underWay.get(secret) ?? makeToken(secret, post, nowMs);
  underWay.set(secret, exchange);
  const result = await exchange;
  underWay.delete(secret);
  return result;
}

async function makeToken(secret: string, post: PostForm, nowMs: number): Promise<TokenResult> {
  const account = readServiceAccount(secret);
  if (!account) return refused("The provider's key is not the JSON of a service account.");
  if (!isTokenUri(account.tokenUri)) return refused(`The service account's token_uri must be ${TOKEN_URI}.`);
  const assertion = await signAssertion(account, nowMs);
  if (assertion === undefined) return refused("The provider's key holds no private key in PKCS #8 and PEM.");
  try {
    const form = new URLSearchParams({ grant_type: GRANT_TYPE, assertion });
    return await readAnswer(await post(account.tokenUri, form), { secret, nowMs });
  } catch (error) {
    const message = `The provider's token server could not be reached: ${messageOf(error)}`;
    return { failure: { kind: "unreachable", message } };
  }
}

/** Reads the token server's answer (RFC 6749 § 5) and remembers the token. Rejects when its body breaks off. */
async function readAnswer(
  response: Response,
  { secret, nowMs }: { secret: string; nowMs: number },
): Promise<TokenResult> {
  const { status } = response;
  const json = parseJson(await response.text());
  const answer = isRecord(json) ? json : {};
  const { access_token: token, expires_in: lifeSeconds } = answer;
  if (status === 200 && typeof token === "string" && token !== "") {
    const life = typeof lifeSeconds === "number" ? lifeSeconds : DEFAULT_LIFE_SECONDS;
    remember(secret, { token, expiresAtMs: nowMs + life * 1000 });
    return { token };
  }
  const providerCode = typeof answer.error === "string" ? answer.error : undefined;
  const said = typeof answer.error_description === "string" ? answer.error_description : (providerCode ?? "");
  const message = `The provider's token server answered with status ${status}${said && `: ${said}`}`;
  const kind = status === 429 ? "rate_limited" : status >= 500 ? "overloaded" : "unauthorized";
  return { failure: { kind, message, status, providerCode } };
}

function remember(secret: string, entry: { token: string; expiresAtMs: number }): void {
  tokens.delete(secret);
  const [oldest] = tokens.keys();
  if (tokens.size >= MAX_ACCOUNTS && oldest !== undefined) tokens.delete(oldest);
  tokens.set(secret, entry);
}

/** A JSON Web Token that says who asks, signed with RS256 (RFC 7523 § 3); undefined when the key cannot sign. */
async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string | undefined> {
  const { clientEmail, privateKey, keyId, tokenUri } = account;
  const issuedAt = Math.floor(nowMs / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
  const times = { iat: issuedAt, exp: issuedAt + ASSERTION_SECONDS };
  const claims = { iss: clientEmail, scope: SCOPE, aud: tokenUri, ...times };
  const unsigned = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claims))}`;
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  try {
    const key = await crypto.subtle.importKey("pkcs8", readPem(privateKey), algorithm, false, ["sign"]);
    const signature = await crypto.subtle.sign(algorithm.name, key, new TextEncoder().encode(unsigned));
    return `${unsigned}.${toBase64Url(new Uint8Array(signature))}`;
  } catch {
    // What the platform says of a broken key may quote it.
    return undefined;
  }
}

/** The bytes of a PEM block. Newlines may still be escaped, as some shells leave them. Throws when it is no base64. */
function readPem(pem: string): Uint8Array {
  return Uint8Array.fromBase64(pem.replace(/-----(BEGIN|END) PRIVATE KEY-----|\\n|\s/g, ""));
}

function encode(text: string): string {
  return toBase64Url(new TextEncoder().encode(text));
}

function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Whether an address is Google's or on this machine: a signed assertion goes nowhere else. */
function isTokenUri(uri: string): boolean {
  if (uri === TOKEN_URI) return true;
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username } = new URL(uri);
  const isHttp = protocol === "http:" || protocol === "https:";
  return isHttp && username === "" && (hostname === "127.0.0.1" || hostname === "[::1]" || hostname === "localhost");
}

function refused(message: string): TokenResult {
  return { failure: { kind: "unauthorized", message } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

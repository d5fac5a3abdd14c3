import { setTimeout as wait } from "node:timers/promises";
import { afterAll, inject } from "vitest";

/** A running Worker, seen by its clients and by its operator. */
export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** What a client's `base_url` is set to. */
  readonly baseUrl: string;
  readonly managementKey: string;
  /** An inference key, made for this object. */
  readonly key: string;
  /** A request to a path under `baseUrl`, with the inference key unless `init` brings its own authorization. */
  request(path: string, init?: GatewayRequest): Promise<Response>;
  /** A request with the management key. */
  manage(path: string, init?: GatewayRequest): Promise<Response>;
  /** Makes another inference key. */
  createKey(fields?: Record<string, unknown>): Promise<string>;
  /** Replaces the operator's whole document: for a gateway that a file has for itself. */
  putCatalog(document: CatalogPart): Promise<void>;
  /** Adds providers and models to the operator's document, one caller after the other. Files run one at a time. */
  addCatalog(part: CatalogPart): Promise<void>;
  /** The record of a generation, as soon as there is one. */
  generation(id: string): Promise<GenerationData>;
}

/** A gateway of one's own: its logs can be read, and it must be closed. */
export interface OwnGateway extends Gateway {
  /** Everything that the Worker has written to its console. */
  logs(): string;
  close(): Promise<void>;
}

export type GatewayRequest = Omit<RequestInit, "body" | "headers"> & {
  /** Sent as JSON with its content type, by POST unless another method is given. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array;
  headers?: Record<string, string>;
};

/** A part of the operator's document. */
export interface CatalogPart {
  providers?: Record<string, object>;
  models?: Record<string, object>;
  [section: string]: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export type GenerationData = Record<string, any>;

/** What every gateway of the tests is started with; the key for sealing is no secret at all. */
export const SECRETS = {
  MANAGEMENT_KEY: "sk-management-of-the-tests",
  MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
};

/** A record is written when its response has ended; a client that left may ask a moment too early. */
const GENERATION_WITHIN_MS = 3000;

/**
 * The gateway of a test file, so that files can run side by side: each has a catalogue of its own. To be called once,
 * at the top of the file. What became a bare 500 for a test is told whole at the end.
 */
export async function sharedGateway(): Promise<Gateway> {
  const { logs, close, ...gateway } = await startGateway();
  afterAll(async () => {
    if (logs().includes("unexpected error")) console.error(logs());
    await close();
  });
  return gateway;
}

/** Starts a gateway for the caller alone; `vars` are further variables and secrets. */
export async function startGateway({ vars }: { vars?: Record<string, string> } = {}): Promise<OwnGateway> {
  const { startWorker } = await import("./worker-process.ts");
  const { origin, logs, close } = await startWorker(inject("build"), { ...SECRETS, ...vars });
  return { ...(await connect(origin)), logs, close };
}

async function connect(origin: string): Promise<Gateway> {
  const baseUrl = `${origin}/api/v1`;
  const managementKey = SECRETS.MANAGEMENT_KEY;
  const manage = (path: string, init?: GatewayRequest) => send(baseUrl + path, managementKey, init);

  async function createKey(fields: Record<string, unknown> = {}): Promise<string> {
    const response = await manage("/keys", { json: { name: "test", ...fields } });
    return (await jsonOf<{ key: string }>(response, 201)).key;
  }

  async function putCatalog(document: CatalogPart): Promise<void> {
    await jsonOf(await manage("/catalog", { method: "PUT", json: document }), 200);
  }

  async function addCatalog(part: CatalogPart): Promise<void> {
    const { providers, models, ...rest } = await jsonOf<CatalogPart>(await manage("/catalog"), 200);
    await putCatalog({
      ...rest,
      ...part,
      providers: { ...providers, ...part.providers },
      models: { ...models, ...part.models },
    });
  }

  let lastChange = Promise.resolve();
  const key = await createKey();
  return {
    origin,
    baseUrl,
    managementKey,
    key,
    manage,
    createKey,
    putCatalog,
    request: (path, init) => send(baseUrl + path, key, init),
    addCatalog(part) {
      const change = lastChange.then(() => addCatalog(part));
      lastChange = change.catch(() => {});
      return change;
    },
    async generation(id) {
      const deadlineMs = performance.now() + GENERATION_WITHIN_MS;
      for (;;) {
        const response = await manage(`/generation?id=${id}`);
        if (response.status !== 404 || performance.now() > deadlineMs) {
          return (await jsonOf<{ data: GenerationData }>(response, 200)).data;
        }
        await wait(25);
      }
    },
  };
}

function send(url: string, key: string, { json, headers, ...init }: GatewayRequest = {}): Promise<Response> {
  const isJson = json !== undefined;
  return fetch(url, {
    method: isJson ? "POST" : "GET",
    ...init,
    headers: { authorization: `Bearer ${key}`, ...(isJson && { "content-type": "application/json" }), ...headers },
    ...(isJson && { body: JSON.stringify(json) }),
  });
}

/** The body of a response that must have this status. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export async function jsonOf<T = any>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

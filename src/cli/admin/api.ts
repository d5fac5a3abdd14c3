/** The Worker did not do what it was asked; its own words, and the field that they are about. */
export class Refused extends Error {
  readonly body: unknown;

  constructor(message: string, body: unknown) {
    super(message);
    this.name = "Refused";
    this.body = body;
  }
}

/** Nobody answers, or nobody who speaks this API. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

const TIMEOUT_MS = 60_000;

export interface CallOptions {
  method?: string;
  json?: unknown;
  /** Left out where undefined. */
  query?: Record<string, string | undefined>;
}

/** The management API of one Worker. */
export class Api {
  readonly origin: string;
  readonly #key: string;

  constructor(origin: string, key: string) {
    this.origin = origin;
    this.#key = key;
  }

  /** The JSON that a route answers with. Throws `Refused` and `Unreachable`, both with a sentence for people. */
  async call<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
    const text = await this.text(path, options);
    try {
      return JSON.parse(text) as Answer;
    } catch (cause) {
      throw new Unreachable(`${this.origin} answered, but not with JSON. Is it a Pointsman?`, { cause });
    }
  }

  /** What stands under `data` in that answer. */
  async data<Data>(path: string, options?: CallOptions): Promise<Data> {
    return (await this.call<{ data: Data }>(path, options)).data;
  }

  /** The answer as it is. */
  async text(path: string, { method, json, query = {} }: CallOptions = {}): Promise<string> {
    const url = new URL(`${this.origin}/api/v1${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const hasBody = json !== undefined;
    const response = await fetch(url, {
      method: method ?? (hasBody ? "POST" : "GET"),
      headers: { authorization: `Bearer ${this.#key}`, ...(hasBody && { "content-type": "application/json" }) },
      ...(hasBody && { body: JSON.stringify(json) }),
      // A key must not follow wherever a redirect leads.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new Unreachable(`Nobody answers at ${this.origin}. Is npm start running there?`, { cause });
    });
    const text = await response.text();
    if (response.ok) return text;
    throw toRefusal(response, text, this.origin);
  }
}

const HINTS: Record<number, string> = {
  401: "Give the Worker's management key with --key, or as POINTSMAN_MANAGEMENT_KEY.",
  403: "This needs a management key; an inference key will not do.",
};

function toRefusal({ status, headers }: Response, text: string, origin: string): Error {
  const body = parse(text);
  const message = at(at(body, "error"), "message");
  if (typeof message !== "string") {
    return new Unreachable(
      `${origin} answered with status ${status}, and nothing that could be read. Is it a Pointsman?`,
    );
  }
  const wait = headers.get("retry-after");
  const hint = HINTS[status] ?? (wait === null ? undefined : `Try again in ${wait} s.`);
  return new Refused([`${message.replace(/\.$/, "")} (status ${status}).`, hint].filter(Boolean).join(" "), body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

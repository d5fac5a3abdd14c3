import { describe, expect, it } from "vitest";
import {
  ERROR_STATUS,
  type ErrorType,
  invalidField,
  RouterError,
  type RouterErrorOptions,
} from "../../../src/errors.ts";
import { bud } from "../../../src/http/dialects/bud.ts";
import { type Dialect, modelMissing } from "../../../src/http/dialects/dialect.ts";
import { jamai } from "../../../src/http/dialects/jamai.ts";
import { predictionguard } from "../../../src/http/dialects/predictionguard.ts";
import { errorResponse } from "../../../src/http/error-response.ts";

const ID = "request-7";
const DIALECTS: Record<"openrouter" | "predictionguard" | "jamai" | "bud", Dialect | undefined> = {
  openrouter: undefined,
  predictionguard: predictionguard(ID),
  jamai: jamai(ID),
  bud: bud(ID),
};

const error = (type: ErrorType, options?: RouterErrorOptions) => new RouterError(type, "Words.", options);
const refusal = (reason: string, message: string) =>
  new RouterError("content_policy_violation", message, { status: 403, metadata: { reasons: [reason] } });

/** An error of the contract: its status, and its type. */
const contract = (code: number, error_type: string) => ({ code, error_type });

interface Row {
  error: RouterError;
  openrouter: { code: number; error_type: string };
  /** A status, and what differs from the error's own message. */
  predictionguard: number | [status: number, message: string];
  jamai: [status: number, slug: string];
  /** A string stands for a body with nothing but the message. */
  bud: [status: number, type: string, code: string | number] | [status: number, "a string"];
}

const ROWS: Record<string, Row> = {
  "a bad field": {
    error: invalidField("top_p", "is wrong"),
    openrouter: contract(400, "invalid_request"),
    predictionguard: 400,
    jamai: [422, "validation_error"],
    bud: [400, "a string"],
  },
  "a body that is not JSON": {
    error: invalidField("", "Request body is not valid JSON"),
    openrouter: contract(400, "invalid_request"),
    predictionguard: 400,
    jamai: [422, "validation_error"],
    bud: [400, "invalid_request_error", 400],
  },
  "no model where one is required": {
    error: modelMissing(),
    openrouter: contract(400, "invalid_request"),
    predictionguard: 400,
    jamai: [422, "validation_error"],
    bud: [400, "invalid_request_error", 400],
  },
  "no good key": {
    error: error("authentication"),
    openrouter: contract(401, "authentication"),
    predictionguard: 401,
    jamai: [401, "unauthorized"],
    bud: [401, "invalid_request_error", 401],
  },
  "a key that may not": {
    error: error("permission_denied"),
    openrouter: contract(403, "permission_denied"),
    predictionguard: 403,
    jamai: [403, "forbidden"],
    bud: [403, "forbidden", 403],
  },
  "an unknown model": {
    error: error("invalid_request", { metadata: { field: "model" }, isUnknownModel: true }),
    openrouter: contract(400, "invalid_request"),
    predictionguard: 404,
    jamai: [404, "resource_not_found"],
    bud: [404, "invalid_request_error", 404],
  },
  "an unknown table": {
    error: error("not_found"),
    openrouter: contract(404, "not_found"),
    predictionguard: 404,
    jamai: [404, "resource_not_found"],
    bud: [404, "invalid_request_error", 404],
  },
  "a limit that is used up": {
    error: error("payment_required"),
    openrouter: contract(402, "payment_required"),
    predictionguard: 402,
    jamai: [403, "insufficient_credits"],
    bud: [402, "insufficient_quota", 402],
  },
  "a rate limit": {
    error: error("rate_limit_exceeded", { retryAfterMs: 1500 }),
    openrouter: contract(429, "rate_limit_exceeded"),
    predictionguard: 429,
    jamai: [429, "rate_limit_exceeded"],
    bud: [429, "rate_limit_error", "rate_limit_exceeded"],
  },
  "personal data in the prompt": {
    error: refusal("pii", "Request blocked: pii detected"),
    openrouter: contract(403, "content_policy_violation"),
    predictionguard: [400, "pii detected"],
    jamai: [422, "bad_input"],
    bud: [400, "invalid_request_error", "content_filter"],
  },
  "an injection in the prompt": {
    error: refusal("prompt_injection", "Request blocked: prompt injection detected"),
    openrouter: contract(403, "content_policy_violation"),
    predictionguard: [400, "prompt injection detected"],
    jamai: [422, "bad_input"],
    bud: [400, "invalid_request_error", "content_filter"],
  },
  "a toxic answer": {
    error: refusal("toxicity", "Response blocked: failed toxicity check"),
    openrouter: contract(403, "content_policy_violation"),
    predictionguard: [400, "failed toxicity check"],
    jamai: [422, "bad_input"],
    bud: [400, "server_error", "content_filter"],
  },
  "an answer that is not true": {
    error: refusal("factuality", "Response blocked: failed factuality check"),
    openrouter: contract(403, "content_policy_violation"),
    predictionguard: [400, "failed factuality check"],
    jamai: [422, "bad_input"],
    bud: [400, "server_error", "content_filter"],
  },
  "a check that could not be run": {
    error: error("guardrail_failure"),
    openrouter: contract(502, "guardrail_failure"),
    predictionguard: 502,
    jamai: [502, "guardrail_failure"],
    bud: [502, "server_error", "guardrail_failure"],
  },
  "a check that is not configured": {
    error: error("not_configured"),
    openrouter: contract(400, "not_configured"),
    predictionguard: 400,
    jamai: [422, "bad_input"],
    bud: [400, "a string"],
  },
  "a document of another type": {
    error: error("unsupported_media_type"),
    openrouter: contract(415, "unsupported_media_type"),
    predictionguard: 415,
    jamai: [415, "unsupported_media_type"],
    bud: [415, "invalid_request_error", 415],
  },
  "candidates that have all failed": {
    error: error("provider_unavailable"),
    openrouter: contract(502, "provider_unavailable"),
    predictionguard: 502,
    jamai: [500, "unexpected_error"],
    bud: [502, "server_error", 502],
  },
  "candidates that are all cold": {
    error: error("provider_overloaded"),
    openrouter: contract(503, "provider_overloaded"),
    predictionguard: 503,
    jamai: [503, "busy"],
    bud: [503, "server_error", 503],
  },
  "candidates that were all too slow": {
    error: error("timeout"),
    openrouter: contract(504, "timeout"),
    predictionguard: 504,
    jamai: [500, "unexpected_error"],
    bud: [504, "timeout_error", 504],
  },
  "a request that its provider refuses": {
    error: error("invalid_request", { metadata: { provider_name: "Acme" } }),
    openrouter: contract(400, "invalid_request"),
    predictionguard: 400,
    jamai: [422, "bad_input"],
    bud: [400, "invalid_request_error", 400],
  },
  "a store that does not answer": {
    error: error("unavailable"),
    openrouter: contract(503, "unavailable"),
    predictionguard: 503,
    jamai: [503, "busy"],
    bud: [503, "server_error", 503],
  },
};

async function render(thrown: RouterError, dialect: keyof typeof DIALECTS) {
  const response = errorResponse(thrown, undefined, DIALECTS[dialect]);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

describe("an error", () => {
  const rows = Object.entries(ROWS).map(([name, row]) => ({ name, ...row }));

  it.each(rows)("in the contract's form: $name", async ({ error: thrown, openrouter: { code, error_type } }) => {
    const { status, body } = await render(thrown, "openrouter");
    expect(status).toBe(code);
    const metadata = { error_type, ...thrown.metadata };
    expect(body).toEqual({ error: { code, message: thrown.message, metadata } });
  });

  it.each(rows)("as one string for Prediction Guard: $name", async ({ error: thrown, predictionguard: expected }) => {
    const [code, message] = typeof expected === "number" ? [expected, thrown.message] : expected;
    const { status, body } = await render(thrown, "predictionguard");
    expect({ status, body }).toEqual({ status: code, body: { error: message } });
  });

  it.each(rows)("flat, with a slug, for JamAI: $name", async ({ error: thrown, jamai: [code, slug] }) => {
    const { status, body, headers } = await render(thrown, "jamai");
    const { message } = thrown;
    const errors = slug === "validation_error" ? { errors: expect.any(Array) } : {};
    const flat = { object: "error", error: slug, message, detail: message, request_id: ID, ...errors };
    expect({ status, body }).toEqual({ status: code, body: flat });
    expect(headers.get("x-request-id")).toBe(ID);
  });

  it.each(rows)("as Bud has it: $name", async ({ error: thrown, bud: [code, type, number] }) => {
    const { status, body } = await render(thrown, "bud");
    const { message } = thrown;
    expect(status).toBe(code);
    expect(body).toEqual({ error: type === "a string" ? message : { message, type, code: number } });
  });

  it("says in every dialect when to come back", async () => {
    for (const dialect of Object.keys(DIALECTS) as (keyof typeof DIALECTS)[])
      expect(
        (await render(error("rate_limit_exceeded", { retryAfterMs: 1500 }), dialect)).headers.get("retry-after"),
      ).toBe("2");
  });

  it.each(Object.keys(ERROR_STATUS) as ErrorType[])("of type %s has a form in every dialect", async (type) => {
    for (const dialect of Object.keys(DIALECTS) as (keyof typeof DIALECTS)[]) {
      const { status, body } = await render(error(type), dialect);
      expect(status, dialect).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body), dialect).toContain("Words.");
    }
  });

  it("that nobody expected is answered bare in every dialect", async () => {
    for (const dialect of ["predictionguard", "jamai", "bud"] as const) {
      const response = errorResponse(new TypeError("hunter2"), undefined, DIALECTS[dialect]);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain("hunter2");
    }
  });

  it.each<[field: string, loc: (string | number)[]]>([
    ["top_p", ["body", "top_p"]],
    ["messages.0.content.1.text", ["body", "messages", 0, "content", 1, "text"]],
    ["", ["body"]],
  ])("about %s is located for JamAI", async (field, loc) => {
    const { body } = await render(invalidField(field, "is wrong"), "jamai");
    expect(body).toMatchObject({ errors: [{ loc, msg: "is wrong" }] });
  });
});

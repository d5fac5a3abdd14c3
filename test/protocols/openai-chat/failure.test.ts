import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../../src/errors.ts";
import { readFailure, readStreamError } from "../../../src/protocols/openai-chat/failure.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const TOO_LONG = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";

const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readFailure(status, new Headers(headers), typeof body === "string" ? body : JSON.stringify(body), NOW_MS);
const error = (fields: object) => ({ error: { message: "No.", ...fields } });

describe("a refusal", () => {
  it.each<[status: number, kind: FailureKind]>([
    [400, "rejected"],
    [401, "unauthorized"],
    [402, "unauthorized"],
    [403, "unauthorized"],
    [404, "not_found"],
    [405, "rejected"],
    [408, "timed_out"],
    [409, "rejected"],
    [413, "rejected"],
    [418, "rejected"],
    [422, "rejected"],
    [429, "rate_limited"],
    [451, "moderated"],
    [500, "overloaded"],
    [502, "overloaded"],
    [503, "overloaded"],
    [504, "overloaded"],
    [524, "overloaded"],
    [529, "overloaded"],
    [201, "overloaded"],
    [301, "malformed"],
    [302, "malformed"],
    [307, "malformed"],
  ])("of status %i is %s, whatever the body", (status, kind) => {
    for (const body of ["", "<html>", "{}", "null", "[]", "7", error({}), { error: null }, { error: 5 }])
      expect(read(status, body)).toMatchObject({ kind, status });
  });

  it.each<[name: string, status: number, body: unknown, kind: FailureKind]>([
    ["OpenAI's code", 400, error({ message: TOO_LONG, code: "context_length_exceeded" }), "context_exceeded"],
    ["the code alone", 400, error({ code: "context_length_exceeded" }), "context_exceeded"],
    ["the wording alone", 400, error({ message: TOO_LONG, code: 400 }), "context_exceeded"],
    ["the wording, too large", 413, error({ message: "prompt is too long: 9 tokens > 8 maximum" }), "context_exceeded"],
    ["the wording, unprocessable", 422, { message: TOO_LONG }, "context_exceeded"],
    ["the wording as an error's text", 400, { error: TOO_LONG }, "context_exceeded"],
    ["the wording as a detail", 400, { detail: TOO_LONG }, "context_exceeded"],
    ["the wording as plain text", 400, TOO_LONG, "context_exceeded"],
    ["the wording as a JSON string", 400, JSON.stringify(TOO_LONG), "context_exceeded"],
    ["the wording in an array (Google)", 400, [error({ message: TOO_LONG, code: 400 })], "context_exceeded"],
    [
      "what a router's upstream said",
      400,
      error({ message: "Provider returned error", metadata: { raw: TOO_LONG } }),
      "context_exceeded",
    ],
    ["the wording where it is about a rate", 429, error({ message: TOO_LONG }), "rate_limited"],
    ["the wording of a server that fell over", 500, error({ message: TOO_LONG }), "overloaded"],
    ["a rate, told as bad request", 400, error({ code: "rate_limit_exceeded" }), "rate_limited"],
    ["an exhausted resource", 400, error({ type: "RESOURCE_EXHAUSTED" }), "rate_limited"],
    ["no quota", 429, error({ code: "insufficient_quota", type: "insufficient_quota" }), "rate_limited"],
    ["overload, told as bad request", 400, error({ type: "overloaded_error" }), "overloaded"],
    ["a bad key, told as bad request", 400, error({ code: "invalid_api_key" }), "unauthorized"],
    ["an unknown model, told as bad request", 400, error({ code: "model_not_found" }), "not_found"],
    ["a filter", 400, error({ code: "content_filter" }), "moderated"],
    ["a policy, told as forbidden", 403, error({ code: "content_policy_violation" }), "moderated"],
    [
      "Azure's inner word",
      400,
      error({ code: "BadRequest", innererror: { code: "ResponsibleAIPolicyViolation" } }),
      "moderated",
    ],
    ["a code outside the error", 400, { message: "No.", code: "rate_limit_exceeded" }, "rate_limited"],
    ["a code like a method's name", 400, error({ code: "constructor", type: "__proto__" }), "rejected"],
    ["codes that are numbers", 400, error({ code: 429, type: 7 }), "rejected"],
  ])("is told by its words: %s", (_, status, body, kind) => {
    expect(read(status, body).kind).toBe(kind);
  });

  it.each<[name: string, body: unknown, message: string]>([
    ["OpenAI and most others", error({ message: "Bad." }), "Bad."],
    ["a text", { error: "Bad." }, "Bad."],
    ["Mistral, DeepInfra", { object: "error", message: "Bad.", code: 3051 }, "Bad."],
    ["FastAPI", { detail: "Bad." }, "Bad."],
    ["plain text", "Bad.", "Bad."],
    ["an array (Google)", [error({ message: "Bad." })], "Bad."],
    ["nothing", "", "The provider answered with status 400."],
    ["nothing readable", { error: { code: 7 } }, "The provider answered with status 400."],
    ["an empty message", error({ message: "" }), "The provider answered with status 400."],
  ])("has the upstream's message: %s", (_, body, message) => {
    expect(read(400, body).message).toBe(message);
  });

  it.each<[body: unknown, code: string | undefined]>([
    [error({ code: "a", type: "b" }), "a"],
    [error({ code: null, type: "b" }), "b"],
    [error({ code: 400 }), undefined],
    [{ message: "Bad.", code: "c", type: "d" }, "c"],
    ["", undefined],
  ])("names the upstream's own code: %j", (body, code) => {
    expect(read(400, body).providerCode).toBe(code);
  });

  it("keeps the body as it came", () => {
    const body = `{"error": {"message":"No."}, "trace" : 1}`;
    expect(read(400, body).raw).toBe(body);
  });

  it("says how long to wait when the upstream does, whatever the status", () => {
    for (const status of [400, 429, 503]) {
      expect(read(status, error({}), { "retry-after": "3" }).retryAfterMs).toBe(3_000);
      expect(read(status, error({})).retryAfterMs).toBeUndefined();
    }
    expect(read(429, "", { "retry-after": "Sat, 31 Jan 2026 00:00:09 GMT" }).retryAfterMs).toBe(9_000);
    const named = error({ message: "Rate limit reached. Please try again in 6.5s." });
    expect(read(429, named).retryAfterMs).toBe(6_500);
    expect(read(429, named, { "retry-after": "3" }).retryAfterMs).toBe(3_000);
    expect(read(400, error({ message: "Bad request. Please try again in 6.5s." })).retryAfterMs).toBeUndefined();
  });
});

describe("an error inside an answer", () => {
  it.each<[name: string, json: Record<string, unknown>, kind: FailureKind, status: number | undefined]>([
    ["nothing but a message", error({}), "overloaded", undefined],
    ["a text", { error: "No." }, "overloaded", undefined],
    ["a status as its code", error({ code: 429 }), "rate_limited", 429],
    ["a status of a server", error({ code: 502 }), "overloaded", 502],
    ["a status as such", error({ status_code: 404 }), "not_found", 404],
    ["a status outside the error", { ...error({}), status_code: 401 }, "unauthorized", 401],
    ["a number that is no status", error({ code: 1301 }), "overloaded", undefined],
    ["a code", error({ code: "rate_limit_exceeded" }), "rate_limited", undefined],
    ["overload", error({ type: "overloaded_error" }), "overloaded", undefined],
    ["a context that is exceeded", error({ message: TOO_LONG }), "context_exceeded", undefined],
    ["a context that is exceeded, with status", error({ message: TOO_LONG, code: 400 }), "context_exceeded", 400],
    ["a filter", error({ code: "content_filter" }), "moderated", undefined],
    ["no error at all", {}, "overloaded", undefined],
  ])("is told by its words: %s", (_, json, kind, status) => {
    expect(readStreamError(json)).toMatchObject({ kind, status });
  });

  it("has a message and the event as it came", () => {
    expect(readStreamError(error({ message: "Bad.", code: "x" }))).toMatchObject({
      message: "Bad.",
      providerCode: "x",
      raw: '{"error":{"message":"Bad.","code":"x"}}',
    });
    expect(readStreamError({}).message).toBe("The provider reported an error inside its answer.");
  });
});

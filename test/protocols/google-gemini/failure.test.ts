import { describe, expect, it } from "vitest";
import { readFailure } from "../../../src/protocols/google-gemini/failure.ts";

const body = (code: number, status: string, message = "No.", details: object[] = []) =>
  JSON.stringify({ error: { code, message, status, details } });
const reason = (word: string) => [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: word }];
const read = (status: number, text: string, headers = {}) => readFailure(status, new Headers(headers), text, 0);

describe("the kind of a failure", () => {
  it.each([
    { status: 400, text: body(400, "INVALID_ARGUMENT"), kind: "rejected" },
    { status: 400, text: body(400, "INVALID_ARGUMENT", "No.", reason("API_KEY_INVALID")), kind: "unauthorized" },
    { status: 400, text: body(400, "FAILED_PRECONDITION", "User location is not supported."), kind: "unauthorized" },
    {
      status: 400,
      text: body(
        400,
        "INVALID_ARGUMENT",
        "The input token count (12) exceeds the maximum number of tokens allowed (9).",
      ),
      kind: "context_exceeded",
    },
    {
      status: 400,
      text: body(400, "INVALID_ARGUMENT", "The input token count is 12 but model only supports up to 9."),
      kind: "context_exceeded",
    },
    { status: 401, text: body(401, "UNAUTHENTICATED"), kind: "unauthorized" },
    { status: 403, text: body(403, "PERMISSION_DENIED", "No.", reason("SERVICE_DISABLED")), kind: "unauthorized" },
    { status: 404, text: body(404, "NOT_FOUND"), kind: "not_found" },
    { status: 429, text: body(429, "RESOURCE_EXHAUSTED"), kind: "rate_limited" },
    { status: 499, text: body(499, "CANCELLED"), kind: "overloaded" },
    { status: 500, text: body(500, "INTERNAL"), kind: "overloaded" },
    { status: 503, text: body(503, "UNAVAILABLE"), kind: "overloaded" },
    { status: 504, text: body(504, "DEADLINE_EXCEEDED"), kind: "timed_out" },
    { status: 502, text: "<html>Bad gateway</html>", kind: "overloaded" },
    { status: 404, text: "", kind: "not_found" },
    { status: 429, text: `[${body(429, "RESOURCE_EXHAUSTED")}]`, kind: "rate_limited" },
    { status: 400, text: '"no"', kind: "rejected" },
    { status: 400, text: "null", kind: "rejected" },
  ])("of $status $text is $kind", ({ status, text, kind }) => {
    expect(read(status, text)).toMatchObject({ kind, status, raw: text });
  });
});

describe("the wait that a failure asks for", () => {
  const retryInfo = (retryDelay: unknown) => [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }];
  it.each([
    { what: "the details", text: body(429, "X", "", retryInfo("17s")), waitMs: 17_000 },
    { what: "a fraction", text: body(429, "X", "", retryInfo("0.4s")), waitMs: 400 },
    { what: "the message", text: body(429, "X", "Quota exceeded. Please retry in 2.5s."), waitMs: 2_500 },
    { what: "the message in milliseconds", text: body(429, "X", "Please retry in 812.4ms."), waitMs: 812 },
    {
      what: "the header first",
      text: body(429, "X", "", retryInfo("17s")),
      headers: { "retry-after": "3" },
      waitMs: 3_000,
    },
    { what: "nothing", text: body(429, "X", "Later."), waitMs: undefined },
    { what: "no duration", text: body(429, "X", "Later.", retryInfo({ seconds: 4 })), waitMs: undefined },
  ])("is read from $what", ({ text, headers, waitMs }) => {
    expect(read(429, text, headers).retryAfterMs).toBe(waitMs);
  });
});

it("always has a message", () => {
  expect(read(500, "oops").message).toBe("The provider answered with status 500.");
});

it("names the finest code", () => {
  expect(read(400, body(400, "INVALID_ARGUMENT", "No.", reason("API_KEY_INVALID"))).providerCode).toBe(
    "API_KEY_INVALID",
  );
  expect(read(400, body(400, "INVALID_ARGUMENT")).providerCode).toBe("INVALID_ARGUMENT");
});

import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import { fixture } from "./support.ts";

const NOW_MS = Date.parse("2026-05-01T12:00:00Z");

function failureOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return anthropicMessages.failure(status, new Headers(headers), text, NOW_MS);
}

describe("an error answer", () => {
  it.each([
    ["error-400-json", { kind: "rejected", providerCode: "invalid_request_error" }],
    ["error-401-json", { kind: "unauthorized", message: "invalid x-api-key" }],
    ["error-404-json", { kind: "not_found" }],
    ["error-context-json", { kind: "context_exceeded" }],
    ["error-429-json", { kind: "rate_limited", retryAfterMs: 12_000 }],
    ["error-529-json", { kind: "overloaded", status: 529 }],
  ])("%s", (id, expected) => {
    const { status, body, headers } = fixture(id).response;
    expect(failureOf(status, body, headers)).toMatchObject(expected);
  });

  it.each([
    [400, "Your credit balance is too low to access the Anthropic API.", "unauthorized"],
    [400, "You have reached your specified API usage limits. You will regain access on 2026-06-01.", "unauthorized"],
    [400, "This organization has been disabled.", "unauthorized"],
    [400, "Output blocked by content filtering policy", "moderated"],
    [400, "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "context_exceeded"],
    [413, "Request exceeds the maximum size", "rejected"],
  ])("of status %i that says %j", (status, message, kind) => {
    const body = { type: "error", error: { type: "invalid_request_error", message } };
    expect(failureOf(status, body)).toMatchObject({ kind, message });
  });

  it.each([
    [502, "<html>Bad gateway</html>", "overloaded"],
    [403, "", "unauthorized"],
    [504, '{"error":"late"}', "overloaded"],
  ])("of status %i that is %j", (status, body, kind) => {
    const failure = failureOf(status, body);
    expect(failure).toMatchObject({ kind, status, raw: body });
    expect(failure.message).not.toBe("");
  });
});

describe("the time to wait", () => {
  const limits = {
    "anthropic-ratelimit-requests-remaining": "12",
    "anthropic-ratelimit-requests-reset": "2026-05-01T12:30:00Z",
    "anthropic-ratelimit-input-tokens-remaining": "0",
    "anthropic-ratelimit-input-tokens-reset": "2026-05-01T12:00:20Z",
    "anthropic-ratelimit-output-tokens-remaining": "0",
    "anthropic-ratelimit-output-tokens-reset": "2026-05-01T12:00:45Z",
  };

  it.each([
    ["is the header's", { "retry-after": "7", ...limits }, 7_000],
    ["is until the last used-up limit is filled", limits, 45_000],
    ["is unknown without a used-up limit", { "anthropic-ratelimit-tokens-remaining": "3" }, undefined],
    ["is unknown with an unreadable moment", { "anthropic-ratelimit-tokens-remaining": "0" }, undefined],
    [
      "is never negative",
      { "anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2026-05-01T11:00:00Z" },
      0,
    ],
  ])("%s", (_, headers, expected) => {
    expect(failureOf(429, {}, headers).retryAfterMs).toBe(expected);
  });
});

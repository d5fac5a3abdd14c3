import { Context } from "hono";
import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import type { AppContext, AppEnv } from "../../src/http/env.ts";
import { betasOf, clientFacts, deadlineOf, wantsMetadata } from "../../src/http/request-headers.ts";
import { chatOf } from "../routing/endpoints.ts";

function asked(headers: Record<string, string>): AppContext {
  return new Context<AppEnv>(new Request("http://127.0.0.1/", { headers }));
}

const NOBODY = { preset: undefined, userId: null };

describe("how the answer was routed is told", () => {
  it.each<[headers: Record<string, string>, isWanted: boolean]>([
    [{}, false],
    [{ "X-OpenRouter-Metadata": "enabled" }, true],
    [{ "X-OpenRouter-Metadata": " Enabled " }, true],
    [{ "X-OpenRouter-Metadata": "true" }, false],
    [{ "X-OpenRouter-Experimental-Metadata": "enabled" }, true],
    [{ "X-OpenRouter-Metadata": "disabled", "X-OpenRouter-Experimental-Metadata": "enabled" }, false],
  ])("with headers %j: %s", (headers, isWanted) => {
    expect(wantsMetadata(asked(headers))).toBe(isWanted);
  });
});

describe("beta features", () => {
  it.each<[headers: Record<string, string>, betas: string[] | undefined]>([
    [{}, undefined],
    [{ "x-anthropic-beta": "a-1, b-2" }, ["a-1", "b-2"]],
    [{ "anthropic-beta": "a-1" }, ["a-1"]],
    [{ "x-anthropic-beta": "a-1", "anthropic-beta": "b-2" }, ["a-1"]],
    [{ "x-anthropic-beta": "a-1,,A-2, b 3,c_4,d-5" }, ["a-1", "d-5"]],
    [{ "x-anthropic-beta": "" }, []],
  ])("of %j are %j", (headers, betas) => {
    expect(betasOf(asked(headers))).toEqual(betas);
  });
});

describe("how long the client waits", () => {
  it.each<[headers: Record<string, string>, deadlineMs: number | undefined]>([
    [{}, undefined],
    [{ "x-pointsman-timeout-ms": "1" }, 1],
    [{ "x-pointsman-timeout-ms": " 2500 " }, 2_500],
    [{ "x-pointsman-timeout-ms": "86400000" }, 86_400_000],
    [{ "x-stainless-timeout": "600" }, 570_000],
    [{ "x-stainless-timeout": "2.5" }, 2_375],
    [{ "x-pointsman-timeout-ms": "2500", "x-stainless-timeout": "600" }, 2_500],
    [{ "x-stainless-timeout": "0" }, undefined],
    [{ "x-stainless-timeout": "-1" }, undefined],
    [{ "x-stainless-timeout": "" }, undefined],
    [{ "x-stainless-timeout": "NOT_GIVEN" }, undefined],
  ])("as %j say: %s", (headers, deadlineMs) => {
    const told = deadlineOf(asked(headers));
    if (deadlineMs === undefined) expect(told).toBeUndefined();
    else expect(told).toBeCloseTo(deadlineMs, 6);
  });

  it.each(["", "0", "-5", "1.5", "1e3", "soon", "86400001", "999999999999"])(
    "is not %j: the error names the header",
    (value) => {
      const wait = () => deadlineOf(asked({ "x-pointsman-timeout-ms": value }));
      expect(wait).toThrow(RouterError);
      expect(wait).toThrow(/x-pointsman-timeout-ms/);
    },
  );
});

describe("what a client says of itself", () => {
  it("is kept with the record", () => {
    const headers = {
      "x-session-id": "s",
      "http-referer": "https://app.test",
      "x-title": "App",
      "user-agent": "sdk/1",
    };
    const chat = chatOf({ user: "u", metadata: { a: "b" }, trace: { trace_id: "t" } });
    expect(clientFacts(asked(headers), chat, NOBODY)).toEqual({
      user: "u",
      sessionId: "s",
      referer: "https://app.test",
      appTitle: "App",
      userAgent: "sdk/1",
      metadata: { a: "b" },
      trace: { trace_id: "t" },
      preset: undefined,
    });
  });

  it.each<[name: string, headers: Record<string, string>, fields: object, expected: object]>([
    ["nothing", {}, {}, { user: undefined, sessionId: undefined, appTitle: undefined }],
    ["the session of the body before the header's", { "x-session-id": "t" }, { session_id: "s" }, { sessionId: "s" }],
    ["a session of a header, cut", { "x-session-id": "s".repeat(300) }, {}, { sessionId: "s".repeat(256) }],
    ["the newer title", { "x-openrouter-title": "New", "x-title": "Old" }, {}, { appTitle: "New" }],
  ])("%s", (_, headers, fields, expected) => {
    expect(clientFacts(asked(headers), chatOf(fields), NOBODY)).toMatchObject(expected);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { ERROR_STATUS, type ErrorType, invalidField, RouterError } from "../../src/errors.ts";
import { errorResponse } from "../../src/http/error-response.ts";
import { errorOf, send } from "./client.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an error", () => {
  it.each(Object.entries(ERROR_STATUS) as [ErrorType, number][])(
    "of type %s has status %i, in the body too",
    async (type, status) => {
      expect(await errorOf(errorResponse(new RouterError(type, "No.")), status)).toEqual({
        code: status,
        message: "No.",
        metadata: { error_type: type },
      });
    },
  );

  it("may have another status than its type's", async () => {
    const error = new RouterError("content_policy_violation", "No.", { status: 403 });
    expect(await errorOf(errorResponse(error), 403)).toMatchObject({ code: 403 });
  });

  it("says its type first among what else it knows", async () => {
    const error = new RouterError("timeout", "No.", { metadata: { provider_name: "A", raw: "x" } });
    expect(Object.keys((await errorOf(errorResponse(error), 504)).metadata)).toEqual([
      "error_type",
      "provider_name",
      "raw",
    ]);
  });

  it.each([
    [0, "0"],
    [1, "1"],
    [1_000, "1"],
    [1_001, "2"],
    [90_000, "90"],
  ])("that asks to wait %i ms says so in whole seconds, rounded up: %s", (retryAfterMs, header) => {
    expect(
      errorResponse(new RouterError("rate_limit_exceeded", "No.", { retryAfterMs })).headers.get("retry-after"),
    ).toBe(header);
  });

  it("says nothing about waiting where nothing is known", () => {
    expect(errorResponse(new RouterError("rate_limit_exceeded", "No.")).headers.has("retry-after")).toBe(false);
  });

  it("tells clients not to try again when everything was tried, and only then", () => {
    expect(errorResponse(new RouterError("timeout", "No.", { exhausted: true })).headers.get("x-should-retry")).toBe(
      "false",
    );
    expect(errorResponse(new RouterError("timeout", "No.")).headers.has("x-should-retry")).toBe(false);
  });

  it("names the generation that it ended", () => {
    expect(errorResponse(new RouterError("timeout", "No."), "gen-1").headers.get("x-generation-id")).toBe("gen-1");
    expect(errorResponse(new RouterError("timeout", "No.")).headers.has("x-generation-id")).toBe(false);
  });

  it("about a field names it", async () => {
    expect(await errorOf(errorResponse(invalidField("messages.0.role", "is missing")), 400)).toEqual({
      code: 400,
      message: "messages.0.role: is missing",
      metadata: { error_type: "invalid_request", field: "messages.0.role" },
    });
    expect((await errorOf(errorResponse(invalidField("", "is no object")), 400)).metadata).toEqual({
      error_type: "invalid_request",
    });
  });

  it("has no cause that shows", async () => {
    const error = new RouterError("unavailable", "No.", { cause: new Error("password=hunter2") });
    expect(await errorResponse(error).text()).not.toContain("hunter2");
  });
});

describe("what we did not throw ourselves", () => {
  it.each([new Error("password=hunter2"), new TypeError("x"), "a text", null, { status: 200 }])(
    "is logged whole and answered bare: %s",
    async (thrown) => {
      const logged = vi.spyOn(console, "error").mockImplementation(() => {});
      expect(await errorOf(errorResponse(thrown, "gen-1"), 500)).toEqual({
        code: 500,
        message: "Internal Server Error",
        metadata: { error_type: "server" },
      });
      expect(logged).toHaveBeenCalledWith(expect.any(String), thrown);
    },
  );
});

describe("a path that is none", () => {
  it.each(["/api/v1/nothing", "/api/v2/models", "/favicon.ico", "/api/v1/chat", "//"])(
    "is a 404 in JSON: %s",
    async (path) => {
      expect(await errorOf(send(path, { headers: { accept: "text/html" } }), 404)).toMatchObject({
        code: 404,
        metadata: { error_type: "not_found" },
      });
    },
  );

  it("is also one that knows another method only", async () => {
    expect(await errorOf(send("/api/v1/chat/completions"), 404)).toMatchObject({
      message: expect.stringContaining("GET"),
    });
  });
});

describe("the root", () => {
  it("says what this is", async () => {
    expect(await (await send("/")).json()).toMatchObject({ name: "Pointsman", api: "/api/v1" });
  });
});

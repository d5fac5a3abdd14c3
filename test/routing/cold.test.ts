import { describe, expect, it } from "vitest";
import type { Cold } from "../../src/health/cooldown.ts";
import type { ColdView } from "../../src/routing/cold.ts";
import { explainEmpty } from "../../src/routing/explain-empty.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { NOW_MS, planOf, reasonsOf, requestOf, type Tags, tagsOf } from "./endpoints.ts";

const ONE: Tags = { a: 1, b: 2, c: 3 };
const MODELS = { "acme/one": ONE, "acme/two": { d: 1 } };

const limited = (seconds: number): Cold => ({ untilMs: NOW_MS + seconds * 1000, why: "rate_limited" });
const failing = (seconds: number): Cold => ({ untilMs: NOW_MS + seconds * 1000, why: "circuit_open" });

/** Endpoints by tag that are cold; all that fail may be probed but the named ones. */
function view(colds: Record<string, Cold>, ...probed: string[]): ColdView {
  return { of: ({ tag }) => colds[tag], mayProbe: ({ tag }) => !probed.includes(tag) };
}

const plan = (colds: Record<string, Cold>, chat: Partial<ChatRequest> = {}, ...probed: string[]) =>
  planOf(MODELS, chat, { cold: view(colds, ...probed) });

describe("an endpoint that cools down", () => {
  it.each<[name: string, colds: Record<string, Cold>, chat: Partial<ChatRequest>, tags: string[]]>([
    ["is passed over", { a: limited(9) }, {}, ["b", "c"]],
    ["is passed over when it fails", { a: failing(9) }, {}, ["b", "c"]],
    ["is passed over also where order names it", { a: limited(9) }, { provider: { order: ["a"] } }, ["b", "c"]],
    [
      "gives way to the next model",
      { a: failing(9), b: failing(9), c: limited(9) },
      { models: ["acme/two"] },
      ["acme/two d"],
    ],
    [
      "is tried when all that may serve only fail",
      { a: failing(9), b: failing(9), c: failing(9) },
      {},
      ["a", "b", "c"],
    ],
    ["is not tried when it asked to be left alone", { a: limited(9), b: failing(9), c: limited(9) }, {}, ["b"]],
    ["is the only one that is left of what is allowed", { a: failing(9) }, { provider: { only: ["a"] } }, ["a"]],
  ])("%s", (_, colds, chat, tags) => {
    expect(tagsOf(plan(colds, chat))).toEqual(tags);
  });

  it("has its reason", () => {
    expect(reasonsOf(plan({ b: limited(9) }))).toEqual({ b: "cooling_down" });
  });

  it("is not probed by two at a time", () => {
    const colds = { a: failing(9), b: failing(5), c: failing(7) };
    expect(tagsOf(plan(colds, {}, "a", "c"))).toEqual(["b"]);
    expect(tagsOf(plan(colds, {}, "a", "b", "c"))).toEqual([]);
  });
});

describe("a request for which everybody is cold", () => {
  it.each<[name: string, colds: Record<string, Cold>, probed: string[], status: number, seconds: number]>([
    ["limits", { a: limited(9), b: limited(4), c: limited(30) }, [], 429, 4],
    ["failures that are being probed", { a: failing(9), b: failing(6), c: failing(8) }, ["a", "b", "c"], 503, 6],
    ["both", { a: failing(2), b: limited(6), c: limited(8) }, ["a"], 429, 2],
    ["less than a second to go", { a: limited(0.2), b: limited(6), c: limited(8) }, [], 429, 1],
  ])("is told at once when to come back: %s", (_, colds, probed, status, seconds) => {
    const error = explainEmpty(plan(colds, {}, ...probed), requestOf({}), NOW_MS);
    expect(error).toMatchObject({ status, metadata: { retry_after: seconds } });
    expect(Math.ceil((error.retryAfterMs ?? 0) / 1000)).toBe(seconds);
  });
});

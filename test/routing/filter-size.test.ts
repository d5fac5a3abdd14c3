import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { planOf, reasonsOf, requestOf, type Tags, tagsOf } from "./endpoints.ts";

const words = (count: number): Partial<ChatRequest> => ({
  messages: [{ role: "user", content: "word ".repeat(count) }],
});

/** The prompt as the filter counts it: the least that it may have. */
const least = (count: number) => requestOf(words(count)).prompt.least;

const ON: Partial<ChatRequest> = { transforms: ["middle-out"] };
const OFF: Partial<ChatRequest> = { transforms: [] };

/** Why the one endpoint `a` is left out. */
function reason(row: object, chat: Partial<ChatRequest>): string | undefined {
  return reasonsOf(planOf({ "acme/one": { a: row } }, chat)).a;
}

describe("hard filters: context length", () => {
  const prompt = least(20_000);

  it.each<[context_length: number, max_tokens: number | undefined, fits: boolean]>([
    [prompt, undefined, true],
    [prompt - 1, undefined, false],
    [prompt + 100, 100, true],
    [prompt + 99, 100, false],
  ])("%d tokens for the prompt and max_tokens %s: %s", (context_length, max_tokens, fits) => {
    expect(prompt).toBeGreaterThan(8_192);
    const chat = { ...words(20_000), ...(max_tokens && { max_tokens }) };
    expect(reason({ context_length }, chat)).toBe(fits ? undefined : "context_length");
  });

  it("is not known to be too short where nobody says it", () => {
    expect(reason({}, { ...words(20_000), max_tokens: 1_000_000 })).toBeUndefined();
  });

  it("is the model's where the endpoint does not say it", () => {
    const rows = { "acme/one": { context_length: 9_000 } };
    const plan = planOf({ "acme/one": { a: {}, b: { context_length: 90_000 } } }, words(20_000), { extras: { rows } });
    expect(reasonsOf(plan)).toEqual({ a: "context_length" });
  });

  it.each([
    [prompt, undefined],
    [prompt - 1, "context_length"],
  ])("counts the prompt's own limit, too: %d", (max_prompt_tokens, expected) => {
    const row = { context_length: 1_000_000, max_prompt_tokens };
    expect(reason(row, { ...words(20_000), max_tokens: 100 })).toBe(expected);
  });

  it("leaves out pictures, of which nobody knows the size", () => {
    const content = [{ type: "image_url" as const, image_url: { url: "https://x.test/a.png" } }];
    expect(reason({ context_length: 100 }, { ...OFF, messages: [{ role: "user", content }] })).toBeUndefined();
  });
});

describe("hard filters: the most that is generated", () => {
  it.each<[chat: Partial<ChatRequest>, most: number | null | undefined, isTaken: boolean]>([
    [{}, 100, true],
    [{ max_tokens: 100 }, 100, true],
    [{ max_tokens: 101 }, 100, false],
    [{ max_completion_tokens: 101 }, 100, false],
    [{ max_completion_tokens: 100, max_tokens: 500 }, 100, true],
    [{ max_tokens: 101 }, null, true],
    [{ max_tokens: 101 }, undefined, true],
    [{ max_tokens: null }, 100, true],
  ])("%j of at most %s: %s", (chat, most, isTaken) => {
    const row = { context_length: 1_000_000, ...(most !== undefined && { max_completion_tokens: most }) };
    expect(reason(row, chat)).toBe(isTaken ? undefined : "output_limit");
  });
});

describe("a prompt that may be shortened", () => {
  const LONG = words(50_000);
  const need = least(50_000);
  const half = Math.ceil(need / 2);

  it.each<[name: string, contexts: Record<string, number>, chat: Partial<ChatRequest>, tags: string[]]>([
    ["half the room is enough", { a: half, b: half - 1 }, ON, ["a"]],
    ["not without the wish", { a: half, b: need }, {}, ["b"]],
    ["not when it is off", { a: half, b: need }, OFF, ["b"]],
    ["nobody has half of it: the largest", { a: 9_000, b: 10_000, c: 9_500 }, ON, ["b"]],
    ["two are the largest", { a: 10_000, b: 10_000, c: 9_500 }, ON, ["a", "b"]],
    ["the answer's room counts", { a: half, b: half + 10_000 }, { ...ON, max_tokens: 20_000 }, ["b"]],
    ["the answer alone does not fit", { a: 10_000 }, { ...ON, max_tokens: 10_000 }, []],
  ])("%s", (_, contexts, chat, tags) => {
    const rows = Object.fromEntries(Object.entries(contexts).map(([tag, context_length]) => [tag, { context_length }]));
    expect(tagsOf(planOf({ "acme/one": rows }, { ...LONG, ...chat }))).toEqual(tags);
  });

  it.each<[context_length: number, chat: Partial<ChatRequest>, isTaken: boolean]>([
    [8_192, {}, true],
    [8_193, {}, false],
    [8_192, OFF, false],
    [8_193, ON, true],
    [4_000, {}, false],
  ])("in a context of %d with %j: %s", (context_length, chat, isTaken) => {
    const prompt = words(11_000);
    expect(requestOf(prompt).prompt.least).toBeGreaterThan(8_193);
    expect(requestOf(prompt).prompt.least).toBeLessThan(2 * 8_192);
    const fillers: Tags = { b: { context_length: 1_000_000 } };
    const plan = planOf({ "acme/one": { a: { context_length }, ...fillers } }, { ...prompt, ...chat });
    expect(tagsOf(plan)).toEqual(isTaken ? ["a", "b"] : ["b"]);
  });

  it("does not make the largest of those that have no key here, or that were forbidden", () => {
    const tags = { a: { context_length: 9_000 }, b: { context_length: 10_000 } };
    const isConfigured = ({ provider }: { provider: { slug: string } }) => provider.slug !== "b";
    expect(tagsOf(planOf({ "acme/one": tags }, { ...LONG, ...ON }, { isConfigured }))).toEqual(["a"]);
    expect(tagsOf(planOf({ "acme/one": tags }, { ...LONG, ...ON, provider: { ignore: ["b"] } }))).toEqual([]);
  });
});

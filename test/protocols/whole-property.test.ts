import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddingsCall } from "../../src/protocols/whole/embeddings.ts";
import { rerankCall } from "../../src/protocols/whole/rerank.ts";

const RULER = { count: (text: string) => text.length, cut: (text: string) => text };
const EMBEDDINGS = embeddingsCall({ model: "m", input: ["a", "b"] }, RULER);
const RANKING = rerankCall({ model: "m", query: "q", documents: ["a", "b", "c"], top_n: 2 }, RULER.count);

/** JSON that looks like an answer, in which anything may be wrong. */
const loose = (keys: string[]) =>
  fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.integer({ min: -1, max: 3 }), fc.double()));
const rows = fc.array(loose(["index", "embedding", "relevance_score", "score", "object"]), { maxLength: 4 });
const answer = fc.oneof(
  fc.jsonValue(),
  fc.record({ data: rows, results: rows, usage: fc.jsonValue(), meta: fc.jsonValue(), id: fc.jsonValue() }),
  fc.record({ results: rows, usage: loose(["total_tokens", "prompt_tokens", "search_units"]) }),
  fc.record({ data: rows, usage: loose(["total_tokens", "prompt_tokens"]) }),
);

describe("whatever an upstream answers", () => {
  it("embeddings are one sound vector for each input, or a failure", () => {
    fc.assert(
      fc.property(answer, (json) => {
        const result = EMBEDDINGS.read(json);
        if ("failure" in result) return;
        expect(result.value).toHaveLength(2);
        const [first = [], second = []] = result.value;
        expect(first.length).toBeGreaterThan(0);
        expect(second).toHaveLength(first.length);
        for (const value of [...first, ...second]) expect(value).toBeTypeOf("number");
        expect(result.tokens ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("a ranking has each document at most once, the best first, or is a failure", () => {
    fc.assert(
      fc.property(answer, (json) => {
        const result = RANKING.read(json);
        if ("failure" in result) return;
        const { value } = result;
        expect(value.length).toBeGreaterThan(0);
        expect(value.length).toBeLessThanOrEqual(2);
        expect(new Set(value.map(({ index }) => index)).size).toBe(value.length);
        for (const { index } of value) expect([0, 1, 2]).toContain(index);
        expect(value.map(({ score }) => score)).toEqual(value.map(({ score }) => score).sort((a, b) => b - a));
      }),
    );
  });
});

describe("a request for embeddings", () => {
  const target = { model: "up", supportedParameters: undefined, maxPromptTokens: undefined };

  it("keeps to itself what is ours, and passes on the rest", () => {
    const ours = { provider: {}, type: "query" as const, truncate: true, truncation_direction: "Left" as const };
    const others = { encoding_format: "base64" as const, session_id: "s", trace: {}, metadata: {} };
    const request = { model: "m", input: "a", user: "u", dimensions: 3, priority: "low", ...ours, ...others };
    expect(embeddingsCall(request, RULER).request(target)).toEqual({
      body: { model: "up", input: "a", user: "u", dimensions: 3, priority: "low" },
      dropped: ["type"],
    });
  });

  it("counts texts, tokens and texts beside pictures", () => {
    const count = (input: never) => embeddingsCall({ model: "m", input }, RULER).estimateTokens();
    const image = { type: "image_url", image_url: { url: "http://x.test/" } };
    expect(count("abc" as never)).toBe(3);
    expect(count(["abc", "d"] as never)).toBe(4);
    expect(count([7, 8, 9] as never)).toBe(3);
    expect(count([[7, 8], [9]] as never)).toBe(3);
    expect(count([{ content: [{ type: "text", text: "ab" }, image] }] as never)).toBe(2);
  });
});

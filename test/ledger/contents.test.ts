import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type GenerationContent, logContent, MAX_CONTENT_BYTES, toBounded } from "../../src/ledger/contents.ts";
import { readContent } from "../../src/ledger/read-reports.ts";
import { fresh, recordAt } from "./records.ts";

afterEach(() => vi.restoreAllMocks());

const contentOf = (fields: Partial<GenerationContent> = {}): GenerationContent => {
  const { id, keyHash, createdAtMs } = recordAt(Date.now());
  return {
    ...{ id, keyHash, createdAtMs, team: fresh("team") },
    input: { messages: [{ role: "user", content: "Who is there?" }] },
    output: { completion: "At your service.", reasoning: null },
    error: null,
    ...fields,
  };
};

const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;
const messages = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => ({ role: "user", content: `${index}:${"ü".repeat(length)}` }));

describe("what was said", () => {
  it("is kept as it was", async () => {
    const content = contentOf();
    const works: Promise<unknown>[] = [];
    logContent(env.LEDGER, content, (work) => works.push(work));
    const { input, output, error } = content;
    expect(await readContent(env.LEDGER, content.team, content.id)).toEqual({ input, output, error });
    await Promise.all(works);
    expect(await readContent(env.LEDGER, fresh("team"), content.id)).toBeUndefined();
  });

  it("that cannot be kept does no harm", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = { getByName: () => ({ keepContent: () => Promise.reject(new Error("down")) }) };
    const works: Promise<unknown>[] = [];
    logContent(broken as never, contentOf(), (work) => works.push(work));
    await expect(Promise.all(works)).resolves.toEqual([undefined]);
    expect(errors).toHaveBeenCalledOnce();
  });

  it("is kept without pictures", () => {
    const url = `data:image/png;base64,${"A".repeat(5_000)}`;
    const content = [
      { type: "image_url", image_url: { url } },
      { type: "text", text: "data: none" },
    ];
    const kept = JSON.parse(toBounded(contentOf({ input: { messages: [{ role: "user", content }] } })));
    expect(kept.input.messages[0].content).toEqual([
      { type: "image_url", image_url: { url: `data:image/png;base64,… (${url.length} characters)` } },
      { type: "text", text: "data: none" },
    ]);
    expect(kept).not.toHaveProperty("is_shortened");
  });

  it.each<[name: string, fields: Partial<GenerationContent>]>([
    ["a long text", { input: { messages: messages(1, 400_000) } }],
    ["a long prompt", { input: { prompt: "x".repeat(400_000) } }],
    ["a long answer", { output: { completion: "y".repeat(400_000), reasoning: "z".repeat(400_000) } }],
    ["many messages", { input: { messages: messages(3_000, 300) } }],
    ["very many messages", { input: { messages: messages(60_000, 1) } }],
    ["a message of many parts", { input: { messages: [{ role: "user", content: Array(90_000).fill("part") }] } }],
  ])("is shortened: %s", (_, fields) => {
    const json = toBounded(contentOf(fields));
    expect(bytesOf(json)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
    expect(JSON.parse(json)).toMatchObject({ is_shortened: true });
  });

  it("keeps the last messages rather than the first", () => {
    const kept = JSON.parse(toBounded(contentOf({ input: { messages: messages(3_000, 300) } })));
    const contents = kept.input.messages.map(({ content }: { content: string }) => content);
    expect(contents.length).toBeGreaterThan(100);
    expect(contents.at(-1)).toMatch(/^2999:/);
    expect(kept.output.completion).toBe("At your service.");
  });

  it("is never longer than what is kept, whatever it is", () => {
    const value = fc
      .tuple(fc.jsonValue(), fc.nat(400), fc.nat(3_000))
      .map(([part, times, length]) => [...Array(times).fill(part), "ü".repeat(length)]);
    const property = fc.property(fc.array(value, { maxLength: 50 }), fc.nat(300_000), (parts, length) => {
      const output = { completion: "\u0001".repeat(length), reasoning: null };
      const json = toBounded(contentOf({ input: { messages: parts }, output }));
      expect(bytesOf(json)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
      JSON.parse(json);
    });
    fc.assert(property, { numRuns: 40 });
  });
});

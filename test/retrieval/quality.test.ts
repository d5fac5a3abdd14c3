import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { FoundChunk } from "../../src/retrieval/chunk-index.ts";
import { chunksOf, compareSearches, HIT_TARGET, SAMPLE } from "../quality/library.ts";
import { DOCUMENTS } from "../quality/sets/library-documents.ts";
import { QUESTIONS } from "../quality/sets/library-questions.ts";

describe("a library of many fields and languages", () => {
  it("has enough in it, and its questions are no copies of its documents", () => {
    expect(SAMPLE.documents).toBeGreaterThanOrEqual(50);
    expect(SAMPLE.questions).toBeGreaterThanOrEqual(40);
    const texts = new Map(DOCUMENTS.map(({ id, text }) => [id, text]));
    for (const { question, answeredBy } of QUESTIONS) expect(texts.get(answeredBy)).not.toContain(question);
  });

  it("gives the right document among the first three, in the Durable Object", async () => {
    const stub = env.TABLES.getByName("table:quality:library");
    const facts = { id: "library", name: "Library", projectId: "quality", embeddingModel: "local", createdAtMs: 0 };
    await stub.make({ ...facts, chunkSize: 2000, chunkOverlap: 200 });
    for (const document of DOCUMENTS) {
      const stored = { id: document.id, fileName: document.fileName, title: document.id, pages: null, context: {} };
      const chunks = chunksOf(document);
      const addition = { document: { ...stored, createdAtMs: 0 }, chunks, dimensions: 1024, nowMs: 0 };
      expect(await stub.add(addition)).toEqual({ refused: undefined });
    }
    const { keyword, hybrid } = await compareSearches(async (query) => (await stub.search(query)) as FoundChunk[]);
    expect({ ...keyword, isReached: keyword.hitAt3 >= HIT_TARGET }).toMatchObject({ isReached: true });
    expect({ ...hybrid, isReached: hybrid.hitAt3 >= keyword.hitAt3 }).toMatchObject({ isReached: true });
  });
});

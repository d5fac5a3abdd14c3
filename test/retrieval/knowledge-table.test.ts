import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { NewChunk } from "../../src/retrieval/chunk-index.ts";
import type { Addition, NewTable } from "../../src/retrieval/knowledge-table.ts";
import { LIMITS } from "../../src/retrieval/limits.ts";
import { toMatch } from "../../src/retrieval/match.ts";
import { addToTable, listChunks, makeTable, readTable, type TablePlace } from "../../src/retrieval/tables.ts";
import { toUnit } from "../../src/retrieval/vectors.ts";
import { fresh } from "../ledger/records.ts";

const tableOf = (fields: Partial<NewTable> = {}): NewTable => ({
  id: fresh("table"),
  name: "Handbook",
  projectId: "p1",
  embeddingModel: "acme/embed",
  chunkSize: 1000,
  chunkOverlap: 100,
  createdAtMs: 1_000,
  ...fields,
});

const chunkOf = (text: string, fields: Partial<NewChunk> = {}): NewChunk => ({
  id: crypto.randomUUID(),
  title: "",
  text,
  page: null,
  fileName: "a.txt",
  heading: "",
  context: {},
  vector: null,
  ...fields,
});

const additionOf = (chunks: NewChunk[], fields: Partial<Addition> = {}): Addition => ({
  document: null,
  chunks,
  dimensions: null,
  nowMs: 2_000,
  ...fields,
});

const documentOf = (id: string) => ({ id, fileName: "a.txt", title: "A", pages: null, context: {}, createdAtMs: 5 });
const vectorOf = (...values: number[]) => toUnit(Float32Array.from(values)).buffer;

/** A table of its own, with these chunks. */
async function filled(chunks: NewChunk[], fields: Partial<Addition> = {}) {
  const stub = env.TABLES.getByName(fresh("table"));
  await stub.make(tableOf());
  expect(await stub.add(additionOf(chunks, fields))).toEqual({ refused: undefined });
  return stub;
}

type Stub = Awaited<ReturnType<typeof filled>>;

/** Texts that a query finds, best first. */
async function found(stub: Stub, query: string, vector?: ArrayBuffer): Promise<string[]> {
  const match = query === "" ? undefined : toMatch(query);
  const asked = { match, vector: vector && new Float32Array(vector), depth: 40, limit: 10, maxChars: 1e7 };
  return ((await stub.search(asked)) ?? []).map(({ chunk }) => chunk.text);
}

describe("a table", () => {
  it("is there when it was made, once, and not any more when it was dropped", async () => {
    const stub = env.TABLES.getByName(fresh("table"));
    const table = tableOf();
    expect(await stub.describe()).toBeNull();
    expect(await stub.make(table)).toBe(true);
    expect(await stub.make(table)).toBe(false);
    expect(await stub.describe()).toEqual({ ...table, dimensions: null, documents: 0, chunks: 0 });
    await evictDurableObject(stub);
    expect(await stub.describe()).toMatchObject({ id: table.id });
    await stub.add(additionOf([chunkOf("one")]));
    expect(await stub.drop()).toBe(true);
    expect(await stub.drop()).toBe(false);
    expect(await stub.describe()).toBeNull();
    expect(await stub.make(table)).toBe(true);
    expect(await stub.describe()).toMatchObject({ chunks: 0 });
  });

  it("gives nothing and takes nothing when it was never made, and stores nothing for it", async () => {
    const stub = env.TABLES.getByName(fresh("table"));
    expect(await stub.add(additionOf([chunkOf("one")]))).toBeNull();
    expect(await stub.documents()).toBeNull();
    expect(await stub.removeChunk("x")).toBeNull();
    const asked = { match: '"one"', vector: undefined, depth: 40, limit: 10, maxChars: 1e7 };
    expect(await stub.search(asked)).toBeNull();
    const tables = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name in ('about', 'chunk')").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("keeps documents with their chunks, and forgets both", async () => {
    const stub = await filled([chunkOf("kept row")]);
    await stub.add(additionOf([chunkOf("first part"), chunkOf("second part")], { document: documentOf("d1") }));
    await stub.add(additionOf([chunkOf("other part")], { document: documentOf("d2") }));
    expect(await stub.documents()).toMatchObject([
      { id: "d1", chunks: 2 },
      { id: "d2", chunks: 1 },
    ]);
    expect(await stub.removeDocument("d1")).toBe(true);
    expect(await stub.removeDocument("d1")).toBe(false);
    expect(await found(stub, "part")).toEqual(["other part"]);
    expect(await stub.describe()).toMatchObject({ documents: 1, chunks: 2 });
  });

  it("deletes one chunk, and its document has one less", async () => {
    const [first, second] = [chunkOf("first part"), chunkOf("second part")];
    const stub = await filled([first, second], { document: documentOf("d1") });
    expect(await stub.removeChunk(first.id)).toBe(true);
    expect(await stub.removeChunk(first.id)).toBe(false);
    expect(await stub.documents()).toMatchObject([{ id: "d1", chunks: 1 }]);
    expect(await found(stub, "part")).toEqual(["second part"]);
  });

  it("lists chunks in their order", async () => {
    const stub = await filled(["a", "b", "c"].map((text) => chunkOf(text, { context: { n: text }, page: 2 })));
    const page = await stub.chunks({ limit: 2, offset: 1 });
    expect(page).toMatchObject([{ text: "b", context: { n: "b" }, page: 2, documentId: "" }, { text: "c" }]);
  });
});

describe("a search", () => {
  it.each([
    { name: "stems English words", texts: ["How refunds are paid", "Parking"], query: "refunded payments", finds: 0 },
    { name: "knows no accents", texts: ["Spesen für Flüge", "x"], query: "fluge", finds: 0 },
    { name: "finds ü written as ue", texts: ["Die Prüfung der Räume", "x"], query: "Pruefung", finds: 0 },
    { name: "finds ue where ü is asked", texts: ["Die Pruefung", "x"], query: "Prüfungen", finds: 0 },
    { name: "takes ß for ss", texts: ["Große Straße", "x"], query: "grosse strasse", finds: 0 },
    {
      name: "finds longer words by their beginning",
      texts: ["Die Kündigungsfrist", "x"],
      query: "Kündigung",
      finds: 0,
    },
    { name: "finds declined words", texts: ["Der Vertrag endet", "x"], query: "Verträge", finds: 0 },
    { name: "knows French articles", texts: ["Usine de Lyon", "x"], query: "dans l'usine", finds: 0 },
    { name: "finds a code with a hyphen", texts: ["Pump XR-4500", "Pump XR-4600"], query: "XR-4500", finds: 0 },
    { name: "finds a code without its hyphen", texts: ["Pump XR-4500", "Pump XR-4600"], query: "xr4500", finds: 0 },
    { name: "finds a code with a hyphen more", texts: ["Pump XR4500", "Pump XR4600"], query: "XR-4500", finds: 0 },
    { name: "finds a code that is apart", texts: ["Pump XR 4500", "Pump XR 4600"], query: "XR4500", finds: 0 },
    { name: "finds a grouped number", texts: ["Up to 12,500 euros", "Up to 500"], query: "12500", finds: 0 },
    {
      name: "finds a number that is grouped in the query",
      texts: ["Up to 12500 euros", "500"],
      query: "12.500",
      finds: 0,
    },
    { name: "finds a unit that is apart", texts: ["At most 25 kg", "At most 30 kg"], query: "25kg", finds: 0 },
    { name: "finds a unit that is joined", texts: ["At most 25kg", "At most 30kg"], query: "25 kg", finds: 0 },
    { name: "finds joined words that are apart", texts: ["part time work", "x"], query: "part-time", finds: 0 },
    { name: "finds what is joined", texts: ["Send an email", "x"], query: "e-mail", finds: 0 },
    {
      name: "finds Japanese",
      texts: ["東京支店の年次有給休暇は年20日です。", "大阪の食堂"],
      query: "有給休暇は何日ですか",
      finds: 0,
    },
    { name: "finds katakana in hiragana", texts: ["ごみは火曜日に出してください", "x"], query: "ゴミの日", finds: 0 },
    { name: "finds Chinese", texts: ["退货须在三十天内办理。", "员工餐厅"], query: "我们的退货政策是什么", finds: 0 },
    {
      name: "finds Korean with its endings",
      texts: ["서울 사무실은 9시에 엽니다", "주차장"],
      query: "서울에서 언제",
      finds: 0,
    },
    { name: "finds Thai", texts: ["นโยบายการคืนสินค้า", "ที่จอดรถ"], query: "คืนสินค้า", finds: 0 },
    { name: "finds full-width letters", texts: ["Ｃａｓｅ １２３", "x"], query: "case 123", finds: 0 },
    { name: "reads hidden hyphens", texts: ["Ver\u00adsand kosten", "x"], query: "Versand", finds: 0 },
    { name: "looks for stop words when there is nothing else", texts: ["to be or not", "x"], query: "to be", finds: 0 },
  ])("$name", async ({ texts, query, finds }) => {
    const stub = await filled(texts.map((text) => chunkOf(text)));
    expect((await found(stub, query))[0]).toBe(texts[finds]);
  });

  it("takes abbreviations for words, unless everything is in capitals", async () => {
    const stub = await filled([chunkOf("The IT desk"), chunkOf("Opening hours")]);
    expect(await found(stub, "opening IT")).toEqual(expect.arrayContaining(["The IT desk", "Opening hours"]));
    expect(await found(stub, "OPENING IT")).toEqual(["Opening hours"]);
  });

  it.each([
    { name: "signs of the query language", query: '" OR * NEAR( {title}: ^ - AND' },
    { name: "no words at all", query: "?! …" },
    { name: "an unclosed quote", query: 'say "hello' },
    { name: "very many words", query: Array.from({ length: 3000 }, (_, index) => `word${index}-x`).join(" ") },
  ])("takes $name", async ({ query }) => {
    const stub = await filled([chunkOf("something else")]);
    expect(await found(stub, query)).toEqual([]);
  });

  it("does not find what has nothing in common with the query", async () => {
    const stub = await filled([chunkOf("Parking is free", { vector: vectorOf(0, 1) })], { dimensions: 2 });
    expect(await found(stub, "vacation", vectorOf(1, 0))).toEqual([]);
  });

  it("counts the title twice, and the heading and the file's name with it", async () => {
    const stub = await filled([
      chunkOf("vacation is long, and so is this text about other things"),
      chunkOf("other things that this text is about, and that are long", { title: "Vacation" }),
      chunkOf("three", { fileName: "sabbatical.md" }),
      chunkOf("four", { heading: "Parental leave" }),
    ]);
    expect((await found(stub, "vacation"))[0]).toMatch(/^other things/);
    expect(await found(stub, "sabbatical")).toEqual(["three"]);
    expect(await found(stub, "parental")).toEqual(["four"]);
  });

  it("finds by vectors, best first, and fuses both lists", async () => {
    const stub = await filled(
      [
        chunkOf("alpha words", { vector: vectorOf(1, 0, 0) }),
        chunkOf("beta", { vector: vectorOf(1, 1, 0) }),
        chunkOf("alpha", { vector: vectorOf(0, 0, 1) }),
      ],
      { dimensions: 3 },
    );
    expect(await found(stub, "", vectorOf(1, 0.2, 0))).toEqual(["alpha words", "beta"]);
    // "alpha" is first by words, "alpha words" second by words and first by vectors.
    expect(await found(stub, "alpha", vectorOf(1, 0.2, 0))).toEqual(["alpha words", "alpha", "beta"]);
    expect(await stub.describe()).toMatchObject({ dimensions: 3 });
  });

  it("tells scores and ranks", async () => {
    const stub = await filled([chunkOf("alpha", { vector: vectorOf(1, 0) })], { dimensions: 2 });
    const asked = { match: '"alpha"', vector: new Float32Array([1, 0]), depth: 40, limit: 10, maxChars: 1e7 };
    const [hit] = (await stub.search(asked)) ?? [];
    expect(hit).toMatchObject({ keywordRank: 1, vectorRank: 1, score: 2 / 61 });
    const [byWords] = (await stub.search({ ...asked, vector: undefined })) ?? [];
    expect(byWords).toMatchObject({ keywordRank: 1, score: 1 / 61 });
    expect(byWords).not.toHaveProperty("vectorRank");
  });
});

describe("what is added", () => {
  it("is refused as a whole beyond a limit", async () => {
    const stub = await filled([chunkOf("one", { vector: vectorOf(1, 0) })], { dimensions: 2 });
    const other = await stub.add(additionOf([chunkOf("two", { vector: vectorOf(1, 0, 0) })], { dimensions: 3 }));
    expect(other?.refused).toMatch(/2 dimensions.*3/);
    const dimensions = LIMITS.floatsPerTable;
    const wide = env.TABLES.getByName(fresh("table"));
    await wide.make(tableOf());
    expect((await wide.add(additionOf([chunkOf("a"), chunkOf("b")], { dimensions })))?.refused).toMatch(/vectors/);
    expect(await wide.describe()).toMatchObject({ chunks: 0, dimensions: null });
    expect(await stub.describe()).toMatchObject({ chunks: 1 });
  });

  it("may be larger than one call, and is there at once", async () => {
    const place: TablePlace = { namespace: env.TABLES, kv: env.KV, projectId: fresh("project") };
    const table = await makeTable(place, tableOf({ projectId: place.projectId }));
    const text = "word ".repeat(1500);
    const chunks = Array.from({ length: 2000 }, (_, index) => chunkOf(`${text}${index === 1999 ? "needle" : ""}`));
    await addToTable(place, table.id, additionOf(chunks, { document: documentOf("d1") }));
    expect(await readTable(place, table.id)).toMatchObject({ chunks: 2000, documents: 1 });
    const stub = env.TABLES.getByName(`table:${place.projectId}:${table.id}`);
    expect(await found(stub, "needle")).toEqual([`${text}needle`]);
    const staged = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select count(*) as count from staged").one(),
    );
    expect(staged).toEqual({ count: 0 });
    expect((await listChunks(place, table.id, { limit: 250, offset: 1900 })).length).toBe(100);
    expect((await listChunks(place, table.id, { limit: 250, offset: 0 })).length).toBe(250);
  });

  it("is not seen before its end, and is dropped when that never comes", async () => {
    const stub = await filled([chunkOf("one")]);
    await stub.stage("u1", [chunkOf("lost")], 1_000);
    expect(await found(stub, "lost")).toEqual([]);
    await stub.stage("u2", [chunkOf("later")], 1_000_000);
    await stub.add(additionOf([chunkOf("last")], { uploadId: "u2", nowMs: 1_000_000 }));
    expect(await found(stub, "later last lost")).toEqual(["later", "last"]);
  });
});

import { describe, expect, it } from "vitest";
import { makePdf } from "../retrieval/make-pdf.ts";
import { jsonOf } from "../support/gateway.ts";
import { embeddings, failing, LUNCH, startLibrary, TRAVEL } from "../support/library.ts";

const { gateway, route, instead, makeTable, search, ask, arrivals, library } = await startLibrary();

const PASSING = {
  name: "Passing",
  output_modalities: ["embeddings"],
  endpoints: [{ provider: "library", model: "embed" }],
};

describe("a knowledge table", () => {
  it("is made, listed and deleted", async () => {
    const json = { id: "handbook", name: "Handbook", chunk_size: 1000, chunk_overlap: 100 };
    const { data } = await jsonOf(await gateway.request("/tables", { json }), 201);
    expect(data).toEqual({
      ...{ id: "handbook", name: "Handbook", project_id: "default", embedding_model: "library/embed" },
      ...{ dimensions: null, chunk_size: 1000, chunk_overlap: 100, documents: 0, chunks: 0 },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await jsonOf(await gateway.request("/tables", { json }), 409);
    expect((await jsonOf(await gateway.request("/tables/handbook"), 200)).data).toEqual(data);
    expect((await jsonOf(await gateway.request("/tables"), 200)).data).toContainEqual(data);
    expect((await jsonOf(await gateway.manage("/tables"), 200)).data).toContainEqual(data);
    expect(await jsonOf(await gateway.request("/tables/handbook", { method: "DELETE" }), 200)).toEqual({
      deleted: true,
    });
    await jsonOf(await gateway.request("/tables/handbook"), 404);
    await jsonOf(await gateway.request("/tables/handbook", { method: "DELETE" }), 404);
    expect((await jsonOf(await gateway.request("/tables"), 200)).data).not.toContainEqual(data);
  });

  it.each([
    { name: "no id", json: {}, field: "id" },
    { name: "an id with a slash", json: { id: "a/b" }, field: "id" },
    { name: "small chunks", json: { id: "x", chunk_size: 99 }, field: "chunk_size" },
    { name: "large chunks", json: { id: "x", chunk_size: 8001 }, field: "chunk_size" },
    { name: "half as overlap", json: { id: "x", chunk_size: 400, chunk_overlap: 200 }, field: "chunk_overlap" },
    { name: "a number for a model", json: { id: "x", embedding_model: 1 }, field: "embedding_model" },
    { name: "an unknown model", json: { id: "x", embedding_model: "no/such" }, field: "embedding_model" },
    { name: "a model that chats", json: { id: "x", embedding_model: "library/chat" }, field: "embedding_model" },
  ])("is not made with $name", async ({ json, field }) => {
    const { error } = await jsonOf(await gateway.request("/tables", { json }), 400);
    expect(error).toMatchObject({ message: expect.stringMatching(`^${field}: `), metadata: { field } });
  });

  it("uses no model that the key may not use", async () => {
    const key = await gateway.createKey({ denied_models: ["library/embed"] });
    const headers = { authorization: `Bearer ${key}` };
    const json = { id: "denied", embedding_model: "library/frail" };
    await jsonOf(await gateway.request("/tables", { json, headers }), 201);
    const denied = await gateway.createKey({ denied_models: ["library/frail"] });
    const other = { headers: { authorization: `Bearer ${denied}` } };
    await jsonOf(await gateway.request("/tables", { json: { ...json, id: "more" }, ...other }), 400);
    const sent = { json: { file_name: "a.txt", text: "Some text." }, ...other };
    await jsonOf(await gateway.request("/tables/denied/documents", sent), 400);
  });

  it("belongs to its project", async () => {
    const { id } = await jsonOf<{ data: { id: string } }>(
      await gateway.manage("/projects", { json: { id: "annex", name: "Annex" } }),
      201,
    ).then(({ data }) => data);
    const key = await gateway.createKey({ workspace_id: id });
    const other = { headers: { authorization: `Bearer ${key}` } };
    const table = await makeTable({}, other);
    const { data } = await jsonOf(await gateway.request(table.path, other), 200);
    expect(data.project_id).toBe("annex");
    await jsonOf(await gateway.request(table.path), 404);
    await jsonOf(await gateway.request(`${table.path}/search`, { json: { query: "x" } }), 404);
    await jsonOf(await gateway.request(`${table.path}/rows`, { json: { rows: [{ text: "x" }] } }), 404);
    await jsonOf(await ask({ table_id: table.id }), 404);
    const named = { headers: { "x-project-id": "annex" } };
    const manageInAnnex = { headers: { ...named.headers, authorization: `Bearer ${gateway.managementKey}` } };
    await jsonOf(await gateway.request(table.path, manageInAnnex), 200);
    await jsonOf(await gateway.manage(table.path), 404);
    await jsonOf(await gateway.manage("/projects/annex", { method: "DELETE" }), 200);
    await jsonOf(await gateway.request(table.path, other), 401);
    expect(arrivals()).toEqual([]);
  });

  it("is filled by the operator, who pays nobody's limit", async () => {
    const { path } = await makeTable();
    const rows = { json: { rows: [{ text: TRAVEL }] } };
    await jsonOf(await gateway.manage(`${path}/rows`, rows), 201);
    const found = await jsonOf(await gateway.manage(`${path}/search`, { json: { query: "taxis" } }), 200);
    expect(found.chunks).toMatchObject([{ text: TRAVEL, metadata: { vector_rank: "1" } }]);
    arrivals();
  });

  it("is searched by guests, and changed by members", async () => {
    const members = [
      { user_id: "gina", role: "guest" },
      { user_id: "mia", role: "member" },
    ];
    await jsonOf(await gateway.manage("/projects", { json: { id: "lodge", name: "Lodge", members } }), 201);
    const keyOf = (user_id: string) => gateway.createKey({ kind: "pat", user_id, project_id: "lodge" });
    const as = async (user: string) => ({ headers: { authorization: `Bearer ${await keyOf(user)}` } });
    const [guest, member] = [await as("gina"), await as("mia")];
    const table = await makeTable({ embedding_model: null }, member);
    const rows = { json: { rows: [{ text: "The key is under the mat" }] } };
    await jsonOf(await gateway.request(`${table.path}/rows`, { ...rows, ...member }), 201);
    for (const [path, init] of [
      ["/tables", { json: { id: "mine" } }],
      [`${table.path}/rows`, rows],
      [`${table.path}/documents`, { json: { file_name: "a.txt", text: "x" } }],
      [table.path, { method: "DELETE" }],
    ] as const)
      await jsonOf(await gateway.request(path, { ...init, ...guest }), 403);
    const found = await jsonOf(
      await gateway.request(`${table.path}/search`, { json: { query: "key" }, ...guest }),
      200,
    );
    expect(found.chunks).toHaveLength(1);
    await gateway.manage("/projects/lodge", { method: "DELETE" });
  });
});

describe("a document", () => {
  const html = "<title>Parking</title><p>The garage opens at <b>six</b>.";
  it.each([
    { file: "a.txt", content: "The garage opens at six.", title: "a.txt" },
    { file: "a.md", content: "# Site\n## Parking\nThe garage opens at six.", title: "Site", chunk: "Site > Parking" },
    { file: "a.csv", content: 'place,opens\n"the garage",six\n', title: "a.csv" },
    { file: "a.tsv", content: "place\topens\nthe garage\tsix\n", title: "a.tsv" },
    { file: "a.json", content: '[{"place":"the garage","opens":"six"}]', title: "a.json" },
    { file: "a.jsonl", content: '{"place":"the garage","opens":"six"}\n', title: "a.jsonl" },
    { file: "a.html", content: html, title: "Parking" },
    { file: "a.xml", content: "<site><title>Parking</title><p>The garage opens at six</p></site>", title: "Parking" },
  ])("is uploaded as $file", async ({ file, content, title, chunk = title }) => {
    const { path } = await makeTable();
    const form = new FormData();
    form.append("file", new File([content], file));
    const data = await upload(path, form);
    const document = { document_id: data.document_id, file_name: file, title, chunks: 1, pages: null };
    expect(data).toEqual(document);
    const { chunks } = await search(path, "When does the garage open?");
    expect(chunks).toMatchObject([{ document_id: data.document_id, file_name: file, title: chunk }]);
    expect(chunks[0].text).toMatch(/garage.*six/s);
  });

  /** Sends a form; `fetch` sets its content type. */
  async function upload(path: string, form: FormData, status = 201) {
    const headers = { authorization: `Bearer ${gateway.key}` };
    const response = await fetch(`${gateway.baseUrl}${path}/documents`, { method: "POST", headers, body: form });
    return (await jsonOf(response, status)).data;
  }

  it("is uploaded as a PDF, with a title and a context, and found on its page", async () => {
    const { path } = await makeTable();
    const pdf = makePdf([["Visitors sign in at the desk."], ["The garage opens at six."]]);
    const form = new FormData();
    form.append("file", new File([pdf as Uint8Array<ArrayBuffer>], "site.pdf", { type: "application/pdf" }));
    form.append("title", "Site rules");
    form.append("context", '{"site":"north"}');
    expect(await upload(path, form)).toMatchObject({ title: "Site rules", chunks: 2, pages: 2 });
    const { chunks } = await search(path, "garage", { k: 1 });
    expect(chunks).toMatchObject([{ title: "Site rules", page: 2, context: { site: "north" }, file_name: "site.pdf" }]);
    const data = Buffer.from(pdf).toString("base64");
    const again = { json: { file_name: "site.pdf", data } };
    await jsonOf(await gateway.request(`${path}/documents`, again), 201);
    const documents = (await jsonOf(await gateway.request(`${path}/documents`), 200)).data;
    expect(documents).toMatchObject([{ title: "Site rules" }, { title: "site.pdf", pages: 2 }]);
    const [{ document_id }] = documents;
    const gone = await gateway.request(`${path}/documents/${document_id}`, { method: "DELETE" });
    expect(await jsonOf(gone, 200)).toEqual({ deleted: true });
    await jsonOf(await gateway.request(`${path}/documents/${document_id}`, { method: "DELETE" }), 404);
    expect((await search(path, "garage")).chunks.every((chunk: { title: string }) => chunk.title === "site.pdf")).toBe(
      true,
    );
  });

  it.each([
    { name: "another type", json: { file_name: "a.docx", data: "UEsDBA==" }, status: 415, says: /Supported are txt/ },
    { name: "neither text nor data", json: { file_name: "a.txt" }, status: 400, says: /^text: / },
    { name: "both", json: { file_name: "a.txt", text: "x", data: "eA==" }, status: 400, says: /^data: / },
    { name: "no base64", json: { file_name: "a.txt", data: "ä" }, status: 400, says: /^data: .*base64/ },
    { name: "no name", json: { text: "x" }, status: 400, says: /^file_name: / },
    { name: "no text in it", json: { file_name: "a.txt", text: " \n" }, status: 400, says: /no text in document/ },
    {
      name: "a number in its context",
      json: { file_name: "a.txt", text: "x", context: { a: 1 } },
      status: 400,
      says: /^context\.a: /,
    },
    {
      name: "too many chunks",
      json: { file_name: "a.txt", text: "word ".repeat(50_000) },
      status: 400,
      says: /at most 2000 chunks/,
    },
    {
      name: "too many bytes",
      json: { file_name: "a.txt", text: "x".repeat(10 * 1024 * 1024 + 1) },
      status: 400,
      says: /at most 10485760 bytes/,
    },
  ])("is refused with $name", async ({ json, status, says }) => {
    const { path } = await makeTable({ chunk_size: 100 });
    const { error } = await jsonOf(await gateway.request(`${path}/documents`, { json }), status);
    expect(error.message).toMatch(says);
    expect((await jsonOf(await gateway.request(path), 200)).data).toMatchObject({ chunks: 0, documents: 0 });
  });

  it("is stored as a whole, or not at all", async () => {
    const { path } = await makeTable({ embedding_model: "library/frail", chunk_size: 100 });
    const json = { file_name: "a.txt", text: "The garage opens at six. ".repeat(400) };
    instead.set("frail", (exchange) => {
      const isLate = route.visits.filter(({ body }) => body?.model === "frail").length > 1;
      return isLate ? failing(exchange) : embeddings(exchange);
    });
    const { error } = await jsonOf(await gateway.request(`${path}/documents`, { json }), 502);
    expect(error.message).toContain("nothing was stored");
    expect((await jsonOf(await gateway.request(path), 200)).data).toMatchObject({ chunks: 0, dimensions: null });
    expect((await search(path, "garage", { mode: "keyword" })).chunks).toEqual([]);
    instead.delete("frail");
  });
});

describe("a table whose embedding model has left", () => {
  it("takes nothing more, and says why", async () => {
    await gateway.addCatalog({ models: { "library/passing": PASSING } } as never);
    const { path } = await makeTable({ embedding_model: "library/passing" });
    const { models, ...others } = await jsonOf(await gateway.manage("/catalog"), 200);
    const { "library/passing": _, ...left } = models;
    await gateway.putCatalog({ ...others, models: left });
    for (const [to, json] of [
      ["documents", { file_name: "a.txt", text: "The garage opens at six." }],
      ["rows", { rows: [{ text: "The garage opens at six." }] }],
    ] as const) {
      const { error } = await jsonOf(await gateway.request(`${path}/${to}`, { json }), 400);
      expect(error).toMatchObject({
        message: expect.stringMatching(/^embedding_model: .*library\/passing/),
        metadata: { field: "embedding_model" },
      });
    }
  });
});

describe("rows", () => {
  it("are stored as they are, listed and deleted", async () => {
    const { path } = await makeTable();
    const long = "The garage opens at six. ".repeat(200).trim();
    const rows = [
      { title: "Garage", text: long, page: 3, file_name: "site.pdf", context: { site: "north" } },
      { text: "Bicycles stand in the yard." },
    ];
    const { data } = await jsonOf(await gateway.request(`${path}/rows`, { json: { rows } }), 201);
    expect(data).toHaveLength(2);
    const listed = (await jsonOf(await gateway.request(`${path}/rows?limit=1&offset=1`), 200)).data;
    expect(listed).toEqual([
      {
        chunk_id: data[1].chunk_id,
        document_id: "",
        title: "",
        text: "Bicycles stand in the yard.",
        page: null,
        file_name: "",
        context: {},
      },
    ]);
    const [first] = (await search(path, "garage")).chunks;
    expect(first).toMatchObject({
      text: long,
      title: "Garage",
      page: 3,
      file_name: "site.pdf",
      context: { site: "north" },
    });
    const rowPath = `${path}/rows/${data[0].chunk_id}`;
    expect(await jsonOf(await gateway.request(rowPath, { method: "DELETE" }), 200)).toEqual({ deleted: true });
    await jsonOf(await gateway.request(rowPath, { method: "DELETE" }), 404);
    expect((await jsonOf(await gateway.request(path), 200)).data).toMatchObject({
      chunks: 1,
      documents: 0,
      dimensions: 1024,
    });
  });

  it.each([
    { name: "none", rows: [], field: "rows" },
    { name: "too many", rows: Array(201).fill({ text: "x" }), field: "rows" },
    { name: "one without text", rows: [{ text: "x" }, { text: " " }], field: "rows.1.text" },
    { name: "a page 0", rows: [{ text: "x", page: 0 }], field: "rows.0.page" },
  ])("are refused: $name", async ({ rows, field }) => {
    const { path } = await makeTable();
    const { error } = await jsonOf(await gateway.request(`${path}/rows`, { json: { rows } }), 400);
    expect(error.metadata.field).toBe(field);
  });
});

describe("a search", () => {
  it("gives the references", async () => {
    const { id, path } = await library();
    const found = await search(path, "May I take a taxi?", { k: 1 });
    expect(found).toEqual({
      object: "chat.references",
      search_query: "May I take a taxi?",
      finish_reason: null,
      chunks: [
        {
          ...{ text: TRAVEL, title: "Travel & expenses", page: null, file_name: "travel.txt", file_path: "" },
          ...{ document_id: expect.any(String), chunk_id: expect.any(String), context: { team: "hr" } },
          metadata: { score: "0.0328", keyword_rank: "1", vector_rank: "1", project_id: "default", table_id: id },
        },
      ],
    });
    const [visit] = arrivals();
    expect(visit).toMatchObject({ path: "/embeddings", body: { input: ["May I take a taxi?"] } });
  });

  it("takes the words alone, or the vectors", async () => {
    const { path } = await library();
    const byWords = await search(path, "lunch", { mode: "keyword" });
    expect(byWords.chunks.map(({ metadata }: { metadata: object }) => metadata)).toEqual([
      { score: "0.0164", keyword_rank: "1", project_id: "default", table_id: path.slice(8) },
    ]);
    expect(arrivals()).toEqual([]);
    const [byVector] = (await search(path, "lunch", { mode: "vector" })).chunks;
    expect(byVector).toMatchObject({ text: LUNCH, metadata: { vector_rank: "1" } });
    expect(byVector.metadata).not.toHaveProperty("keyword_rank");
  });

  it("takes the words of a table without vectors, and has no others", async () => {
    const { path } = await library({ embedding_model: null });
    expect((await search(path, "lunch")).chunks).toHaveLength(1);
    const { error } = await jsonOf(
      await gateway.request(`${path}/search`, { json: { query: "lunch", mode: "vector" } }),
      400,
    );
    expect(error.metadata.error_type).toBe("not_configured");
    expect(arrivals()).toEqual([]);
  });

  it("goes on with words when there is no embedding", async () => {
    const { path } = await library({ embedding_model: "library/frail" });
    instead.set("frail", failing);
    expect(await search(path, "lunch")).toMatchObject({ chunks: [{ text: LUNCH }], warnings: ["embedding_failed"] });
    instead.delete("frail");
  });

  it("is put in order by another model", async () => {
    const { path } = await library();
    const query = "lunch or travel to customers by train";
    const usual = await search(path, query, { k: 1 });
    expect(usual.chunks).toMatchObject([{ text: TRAVEL }]);
    arrivals();
    const reranked = await search(path, query, { k: 1, reranking_model: "library/rank" });
    expect(reranked.chunks).toMatchObject([{ text: LUNCH, metadata: { rerank_score: "1" } }]);
    const asked = arrivals().find((visit) => visit.path === "/rerank")?.body;
    expect(asked).toMatchObject({ query, documents: [`Travel & expenses\n${TRAVEL}`, `lunch.txt\n${LUNCH}`] });
    instead.set("upset", failing);
    const failed = await search(path, query, { k: 1, reranking_model: "library/upset" });
    expect(failed).toMatchObject({ chunks: [{ text: TRAVEL }], warnings: ["rerank_failed"] });
    instead.delete("upset");
  });

  it.each([
    { name: "a blank query", json: { query: " " }, status: 400, says: /^query: / },
    { name: "k 0", json: { query: "x", k: 0 }, status: 400, says: /^k: / },
    {
      name: "another mode",
      json: { query: "x", mode: "fuzzy" },
      status: 400,
      says: /^mode: .*hybrid, keyword, vector/,
    },
    { name: "an unknown model", json: { query: "lunch", reranking_model: "no/such" }, status: 404, says: /no\/such/ },
    {
      name: "no model of the operator's",
      json: { query: "lunch", reranking_model: "" },
      status: 400,
      says: /operator/,
    },
  ])("is refused with $name", async ({ json, status, says }) => {
    const { path } = await library();
    const { error } = await jsonOf(await gateway.request(`${path}/search`, { json }), status);
    expect(error.message).toMatch(says);
  });

  it.each(["/api/v1", "/v1", "/api/v2", "/v2"])("answers under %s as a list of chunks", async (mount) => {
    const { id } = await library();
    const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
    const body = JSON.stringify({ table_id: id, query: "lunch", limit: 1, reranking_model: null });
    const url = `${gateway.origin}${mount}/gen_tables/knowledge/hybrid_search`;
    const chunks = await jsonOf(await fetch(url, { method: "POST", headers, body }), 200);
    expect(chunks).toMatchObject([{ text: LUNCH, metadata: { table_id: id } }]);
    const unknown = JSON.stringify({ table_id: "nowhere", query: "lunch" });
    await jsonOf(await fetch(url, { method: "POST", headers, body: unknown }), 404);
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { embedLocally } from "../quality/embedding.ts";
import { makePdf } from "../retrieval/make-pdf.ts";
import { type GatewayRequest, jsonOf, sharedGateway } from "../support/gateway.ts";
import { completion, streamOf } from "../support/openai-chat.ts";
import { type Answer, byMode, json, sse, startUpstream } from "../support/upstream.ts";

/** Answers that tests put in place of the usual ones, by the model that is asked. */
const instead = new Map<string, Answer>();

const embeddings: Answer = (exchange) => {
  const { input } = exchange.visit.body as { input: string[] | string };
  const data = [input].flat().map((text, index) => ({ index, embedding: [...embedLocally(text)] }));
  return json({ data, usage: { prompt_tokens: 7, total_tokens: 7 } })(exchange);
};

/** Puts the documents in the order of their length, the shortest first. */
const rerank: Answer = (exchange) => {
  const { documents } = exchange.visit.body as { documents: string[] };
  const order = documents.map((text, index) => ({ index, chars: text.length })).sort((a, b) => a.chars - b.chars);
  const results = order.map(({ index }, place) => ({ index, relevance_score: 1 / (place + 1) }));
  return json({ results })(exchange);
};

const chat = byMode({ stream: sse(streamOf("By ", "train [@0].")), whole: json(completion("By train [@0].")) });

const upstream = await startUpstream();
afterAll(() => upstream.close());
const route = upstream.route((exchange) => {
  const { path, body } = exchange.visit;
  const usual = path === "/embeddings" ? embeddings : path === "/rerank" ? rerank : chat;
  return (instead.get(body.model) ?? usual)(exchange);
});

const model = (name: string, outputs: string[]) => ({
  name,
  output_modalities: outputs,
  endpoints: [{ provider: "library", model: name, pricing: { prompt: "0.000001", completion: "0.000002" } }],
});
const gateway = await sharedGateway();
await gateway.putCatalog({
  providers: { library: { name: "Library", api: "openai-chat", base_url: route.baseUrl } },
  models: {
    "library/chat": model("chat", ["text"]),
    "library/writer": model("writer", ["text"]),
    "library/embed": model("embed", ["embeddings"]),
    "library/frail": model("frail", ["embeddings"]),
    "library/rank": model("rank", ["rerank"]),
    "library/upset": model("upset", ["rerank"]),
  },
  retrieval: { embedding_model: "library/embed" },
});

let tables = 0;

/** Makes a table and gives its path. */
async function makeTable(fields: object = {}, init: GatewayRequest = {}): Promise<{ id: string; path: string }> {
  const id = `table-${++tables}`;
  await jsonOf(await gateway.request("/tables", { json: { id, ...fields }, ...init }), 201);
  return { id, path: `/tables/${id}` };
}

const addText = async (path: string, text: string, fields: object = {}) =>
  (await jsonOf(await gateway.request(`${path}/documents`, { json: { file_name: "a.txt", text, ...fields } }), 201))
    .data;

const search = async (path: string, query: string, fields: object = {}) =>
  jsonOf(await gateway.request(`${path}/search`, { json: { query, ...fields } }), 200);

const ask = (rag: object, fields: object = {}) => {
  const messages = [{ role: "user", content: "How do I travel to a customer?" }];
  return gateway.request("/chat/completions", {
    json: { model: "library/chat", messages, rag_params: rag, ...fields },
  });
};

/** What was sent upstream since the last look. */
let seen = 0;
const arrivals = () => {
  const visits = route.visits.slice(seen);
  seen = route.visits.length;
  return visits;
};
/** The conversation that a model was last asked. */
const lastChat = () => arrivals().findLast(({ path }) => path === "/chat/completions")?.body;

const TRAVEL = "Travel to customers goes by train. Taxis need the approval of the head of department.";
const LUNCH = "Lunch in the canteen costs four euros for everybody.";

/** A table with two documents. */
async function library(fields: object = {}): Promise<{ id: string; path: string }> {
  const table = await makeTable(fields);
  await addText(table.path, TRAVEL, { file_name: "travel.txt", title: "Travel & expenses", context: { team: "hr" } });
  await addText(table.path, LUNCH, { file_name: "lunch.txt" });
  arrivals();
  return table;
}

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
  ])("is not made with $name", async ({ json, field }) => {
    const { error } = await jsonOf(await gateway.request("/tables", { json }), 400);
    expect(error).toMatchObject({ message: expect.stringMatching(`^${field}: `), metadata: { field } });
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

const failing: Answer = json({ error: { message: "out of order" } }, { status: 500 });

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

describe("a chat with rag_params", () => {
  it("is answered from the documents, and tells which", async () => {
    const { id } = await library();
    const answer = await jsonOf(await ask({ table_id: id, k: 1 }), 200);
    expect(answer.choices[0].message).toMatchObject({ content: "By train [@0]." });
    expect(answer.choices[0].message).not.toHaveProperty("annotations");
    expect(answer.references).toMatchObject({
      ...{ object: "chat.references", search_query: "How do I travel to a customer?", finish_reason: null },
      chunks: [{ text: TRAVEL, metadata: { table_id: id } }],
    });
    expect(answer.references).not.toHaveProperty("excluded");
    expect(answer.references).not.toHaveProperty("warnings");
    const sent = lastChat();
    expect(sent).not.toHaveProperty("rag_params");
    expect(JSON.stringify(sent)).not.toContain(id);
    const [documents, question, rule] = sent.messages[0].content;
    expect(documents.text).toBe(`<document id="0" title="Travel &amp; expenses">\n${TRAVEL}\n</document>`);
    expect(question.text).toBe("How do I travel to a customer?");
    expect(rule.text).toContain("[@0; @3]");
    expect(answer.usage.cost_details).toMatchObject({ retrieval_cost: 0.000007 });
  });

  it("is streamed with the references in its first chunk, and only there", async () => {
    const { id } = await library();
    const response = await ask({ table_id: id }, { stream: true });
    const events = (await response.text()).split("\n\n").flatMap((event) => /^data: (\{.*)/.exec(event)?.[1] ?? []);
    const chunks = events.map((event) => JSON.parse(event));
    expect(chunks[0].references.chunks[0]).toMatchObject({ text: TRAVEL });
    expect(chunks[0].object).toBe("chat.completion.chunk");
    expect(chunks.slice(1).filter((chunk) => "references" in chunk)).toEqual([]);
    expect(chunks.map((chunk) => chunk.choices[0].delta.content).join("")).toBe("By train [@0].");
    expect(lastChat()).not.toHaveProperty("rag_params");
  });

  it("keeps pictures between the documents and the question, and no rule where none is wanted", async () => {
    const { id } = await library();
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    const content = [{ type: "text", text: "Which train is this?" }, image];
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content },
      { role: "assistant", content: "It is" },
    ];
    await jsonOf(await ask({ table_id: id, k: 1, inline_citations: false }, { messages }), 200);
    const sent = lastChat();
    expect(sent.messages.map(({ role }: { role: string }) => role)).toEqual(["system", "user", "assistant"]);
    expect(sent.messages[1].content.map(({ type }: { type: string }) => type)).toEqual(["text", "image_url", "text"]);
    expect(sent.messages[1].content[2].text).toBe("Which train is this?");
    expect(JSON.stringify(sent)).not.toContain("[@");
  });

  it("goes up unchanged when nothing is found", async () => {
    const { id } = await makeTable();
    const answer = await jsonOf(await ask({ table_id: id }), 200);
    expect(answer.references).toEqual({
      ...{ object: "chat.references", search_query: "How do I travel to a customer?", finish_reason: null, chunks: [] },
    });
    expect(lastChat().messages).toEqual([{ role: "user", content: "How do I travel to a customer?" }]);
  });

  it("goes on with words, and says so, when there is no embedding", async () => {
    const { id } = await library({ embedding_model: "library/frail" });
    instead.set("frail", failing);
    const answer = await jsonOf(await ask({ table_id: id }), 200);
    expect(answer.references).toMatchObject({ chunks: [{ text: TRAVEL }], warnings: ["embedding_failed"] });
    instead.delete("frail");
  });

  it("is looked up with the query that it brings", async () => {
    const { id } = await library();
    const answer = await jsonOf(await ask({ table_id: id, k: 1, search_query: "lunch in the canteen" }), 200);
    expect(answer.references).toMatchObject({ search_query: "lunch in the canteen", chunks: [{ text: LUNCH }] });
  });

  const conversation = [
    { role: "user", content: "Who may take a taxi?" },
    { role: "assistant", content: "Nobody without approval." },
    { role: "user", content: "And what does it cost in the other place?" },
  ];

  it("has its query written by its own model after more than one turn", async () => {
    const { id } = await library();
    const query = '```json\n{"keywords":"lunch canteen","question":"What does lunch in the canteen cost?"}\n```';
    let questions = 0;
    instead.set("writer", (exchange) => json(completion(questions++ === 0 ? query : "Four euros."))(exchange));
    const asked = { model: "library/writer", messages: conversation };
    const answer = await jsonOf(await ask({ table_id: id, k: 1 }, asked), 200);
    expect(answer.references).toMatchObject({
      search_query: "What does lunch in the canteen cost?",
      chunks: [{ text: LUNCH }],
    });
    const [rewriting, embedding, answering] = arrivals();
    expect(rewriting?.body).toMatchObject({ model: "writer", temperature: 0 });
    expect(rewriting?.body).not.toHaveProperty("rag_params");
    expect(rewriting?.body.messages[1].content).toContain("Nobody without approval.");
    expect(embedding?.body.input).toEqual(["What does lunch in the canteen cost?"]);
    expect(answering?.body.messages.at(-1).content[1].text).toBe("And what does it cost in the other place?");
    instead.delete("writer");
  });

  it.each([
    { name: "no JSON", answer: json(completion("I cannot.")) },
    { name: "no question", answer: json(completion('{"keywords":"lunch"}')) },
    { name: "an error", answer: failing },
  ])("is looked up with its last words when the rewrite gives $name", async ({ answer: rewrite }) => {
    const { id } = await library();
    let questions = 0;
    instead.set("writer", (exchange) => (questions++ === 0 ? rewrite : json(completion("Four.")))(exchange));
    const response = await ask({ table_id: id }, { model: "library/writer", messages: conversation });
    instead.delete("writer");
    // A model that has just failed may be left alone for a while.
    if (response.status !== 200) return expect(rewrite).toBe(failing);
    const { references } = await jsonOf(response, 200);
    expect(references.search_query).toBe("And what does it cost in the other place?");
  });

  it.each([
    { name: "an unknown table", rag: { table_id: "nowhere" }, status: 404, says: /nowhere/ },
    { name: "a blank table", rag: { table_id: " " }, status: 400, says: /^rag_params\.table_id: / },
    { name: "k beyond its end", rag: { table_id: "x", k: 1025 }, status: 400, says: /^rag_params\.k: / },
    { name: "an unknown reranking model", rag: { reranking_model: "no/such" }, status: 404, says: /no\/such/ },
    { name: "no reranking model of the operator's", rag: { reranking_model: "" }, status: 400, says: /operator/ },
  ])("is refused with $name", async ({ rag, status, says }) => {
    const { id } = await library();
    const { error } = await jsonOf(await ask({ table_id: id, ...rag }), status);
    expect(error.message).toMatch(says);
    expect(lastChat()).toBeUndefined();
  });

  it("is refused when the user has not the last word", async () => {
    const { id } = await library();
    const messages = [
      ...conversation.slice(0, 1),
      { role: "assistant", content: "a" },
      { role: "assistant", content: "b" },
    ];
    const { error } = await jsonOf(await ask({ table_id: id }, { messages }), 400);
    expect(error.metadata.field).toBe("messages");
    expect(arrivals()).toEqual([]);
  });
});

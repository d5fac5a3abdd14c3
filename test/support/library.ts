import { afterAll } from "vitest";
import { embedLocally } from "../quality/embedding.ts";
import { type GatewayRequest, jsonOf, sharedGateway } from "./gateway.ts";
import { completion, streamOf } from "./openai-chat.ts";
import { type Answer, byMode, json, sse, startUpstream } from "./upstream.ts";

/** Embeds what is sent. */
export const embeddings: Answer = (exchange) => {
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

/** Fails as a provider does. */
export const failing: Answer = json({ error: { message: "out of order" } }, { status: 500 });

export const TRAVEL = "Travel to customers goes by train. Taxis need the approval of the head of department.";
export const LUNCH = "Lunch in the canteen costs four euros for everybody.";

const model = (name: string, outputs: string[]) => ({
  name,
  output_modalities: outputs,
  endpoints: [{ provider: "library", model: name, pricing: { prompt: "0.000001", completion: "0.000002" } }],
});
/**
 * A gateway with an upstream that chats, embeds and ranks, and what tests do with its knowledge tables. To be called
 * once, at the top of a file.
 */
export async function startLibrary() {
  const upstream = await startUpstream();
  afterAll(() => upstream.close());
  /** Answers that tests put in place of the usual ones, by the model that is asked. */
  const instead = new Map<string, Answer>();
  const route = upstream.route((exchange) => {
    const { path, body } = exchange.visit;
    const usual = path === "/embeddings" ? embeddings : path === "/rerank" ? rerank : chat;
    return (instead.get(body.model) ?? usual)(exchange);
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

  /** A table with two documents. */
  async function library(fields: object = {}): Promise<{ id: string; path: string }> {
    const table = await makeTable(fields);
    await addText(table.path, TRAVEL, { file_name: "travel.txt", title: "Travel & expenses", context: { team: "hr" } });
    await addText(table.path, LUNCH, { file_name: "lunch.txt" });
    arrivals();
    return table;
  }

  return { gateway, route, instead, makeTable, addText, search, ask, arrivals, lastChat, library };
}

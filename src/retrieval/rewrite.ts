import type { ChatRequest } from "../schema/chat.ts";
import type { RetrievalSettings } from "../schema/retrieval.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { contentText } from "./question.ts";

/** What is looked for. */
export interface WrittenQuery {
  /** For the vectors, and told to the client. */
  question: string;
  keywords?: string;
}

/** Of a longer conversation the end is looked at. */
const MAX_CONVERSATION_CHARS = 8_000;
const REWRITE_TIMEOUT_MS = 10_000;
/** Models that think before they answer need room for it. */
const MAX_REWRITE_TOKENS = 1_024;

const TASK = `You write search queries. The user's message is a conversation as JSON. Write what has to be looked up in a knowledge base to answer its last user message, so that it can be understood without the conversation: put names in the place of words such as "it" or "there". Do not answer it. Keep its language.
Reply with JSON only: {"keywords": "the words to search for, separated by spaces", "question": "the question, in one sentence"}`;

/**
 * What to look for: the request's own query, else what its model makes of the conversation, else the last user text.
 * A conversation of one user turn is not rewritten unless the operator wants it.
 */
export async function writeQuery(
  chat: ChatRequest,
  settings: RetrievalSettings,
  sides: Pick<SideCalls, "ask">,
): Promise<WrittenQuery> {
  const given = chat.rag_params?.search_query ?? "";
  if (given.trim() !== "") return { question: given };
  const turns = chat.messages.filter(({ role }) => role === "user");
  const last = { question: contentText(turns.at(-1)?.content) };
  const { rewrite = "auto" } = settings;
  if (rewrite === "never" || (rewrite === "auto" && turns.length < 2) || last.question.trim() === "") return last;
  try {
    return readAnswer(await sides.ask(toRewriteRequest(chat), "rewrite", REWRITE_TIMEOUT_MS)) ?? last;
  } catch (error) {
    console.error("retrieval: a query is not rewritten", String(error));
    return last;
  }
}

function toRewriteRequest({ model, models, provider, messages }: ChatRequest): ChatRequest {
  const turns = messages
    .filter(({ role }) => role === "user" || role === "assistant")
    .map(({ role, content }) => ({ role, text: contentText(content).slice(-MAX_CONVERSATION_CHARS) }))
    .filter(({ text }) => text !== "");
  while (turns.length > 1 && JSON.stringify(turns).length > MAX_CONVERSATION_CHARS) turns.shift();
  return {
    ...(model && { model }),
    ...(models && { models }),
    ...(provider && { provider }),
    messages: [
      { role: "system", content: TASK },
      { role: "user", content: JSON.stringify(turns) },
    ],
    temperature: 0,
    max_tokens: MAX_REWRITE_TOKENS,
    response_format: { type: "json_object" },
  };
}

/** The query in an answer, which may stand in a code fence; undefined when there is none. */
function readAnswer(answer: string): WrittenQuery | undefined {
  const { question, keywords } = parseObject(/\{[\s\S]*\}/.exec(answer)?.[0] ?? "{}");
  if (typeof question !== "string" || question.trim() === "") return undefined;
  const words = Array.isArray(keywords) ? keywords.join(" ") : keywords;
  return { question, ...(typeof words === "string" && words.trim() !== "" && { keywords: words }) };
}

/** An error would quote what a model has said. */
function parseObject(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

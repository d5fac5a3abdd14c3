import { invalidField } from "../errors.ts";
import type { ChatMessage, ChatRequest, ContentPart } from "../schema/chat.ts";
import type { ChunkWire } from "../schema/retrieval.ts";

/** Text of a message, its parts on lines of their own. */
export function contentText(content: ChatMessage["content"] | undefined): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** Where the question stands: the last message, or the one before a beginning of the answer. Throws a 400 otherwise. */
export function questionIndex(messages: ChatMessage[]): number {
  const last = messages.length - 1;
  const index = messages[last]?.role === "assistant" && last > 0 ? last - 1 : last;
  if (messages[index]?.role === "user") return index;
  throw invalidField("messages", "with rag_params the last message must be the user's");
}

const CITATION_RULE =
  "Answer with the documents above. Right after each statement that comes from them, cite the ids of its documents in square brackets with an at sign: [@0] for one, [@0; @3] for several. Cite nothing else.";

/**
 * The request with its question put beside the documents that may answer it: documents, then pictures and sound, then
 * the question, then how to cite. Without documents the question stays as it is.
 */
export function withDocuments(chat: ChatRequest, chunks: ChunkWire[]): ChatRequest {
  if (chunks.length === 0) return chat;
  const at = questionIndex(chat.messages);
  const cites = chat.rag_params?.inline_citations ?? true;
  const messages = chat.messages.map((message, index): ChatMessage => {
    if (index !== at || message.role !== "user") return message;
    const parts: ContentPart[] =
      typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
    return {
      ...message,
      content: [
        { type: "text", text: chunks.map(toDocument).join("\n") },
        ...parts.filter(({ type }) => type !== "text"),
        ...parts.filter(({ type }) => type === "text"),
        ...(cites ? [{ type: "text" as const, text: CITATION_RULE }] : []),
      ],
    };
  });
  return { ...chat, messages };
}

function toDocument({ title, page, text }: ChunkWire, id: number): string {
  const onPage = page === null ? "" : ` page="${page}"`;
  // A text cannot end its own document and begin another.
  const inside = text.replace(/<(?=\/?document\b)/gi, "&lt;");
  return `<document id="${id}" title="${inAttribute(title)}"${onPage}>\n${inside}\n</document>`;
}

function inAttribute(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/\s+/g, " ");
}

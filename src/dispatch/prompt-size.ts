import type { ChatRequest } from "../schema/chat.ts";

/** What an image, sound or file counts for in a rough estimate; its base64 says nothing about its tokens. */
const MEDIA_CHARS = 1_000;

/** Characters of the prompt, for an estimate of its tokens: texts, tool calls and tool definitions. */
export function promptChars(chat: ChatRequest): number {
  let chars = chat.tools ? JSON.stringify(chat.tools).length : 0;
  for (const message of chat.messages) {
    chars += contentChars(message.content);
    if (message.role === "assistant" && message.tool_calls) chars += JSON.stringify(message.tool_calls).length;
  }
  return chars;
}

function contentChars(content: unknown): number {
  if (typeof content === "string") return content.length;
  if (!Array.isArray(content)) return 0;
  return content.reduce<number>(
    (sum, part) => sum + (typeof part?.text === "string" ? part.text.length : MEDIA_CHARS),
    0,
  );
}

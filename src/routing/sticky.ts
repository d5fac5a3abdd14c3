import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { hash32 } from "./random.ts";

/** What tells a conversation from the others of the same key. */
export interface Conversation {
  /** Short; no secret, and nothing can be read from it. */
  id: string;
  /** The client has named it: it holds on to its endpoint from the first answer on. */
  isNamed: boolean;
}

/** Of a longer opening the rest does not count. */
const MAX_CHARS = 20_000;

/**
 * The conversation of a request: its session, by whichever name, else the key of its prompt cache, else what it opens with: the first
 * system message and the first other one, which every later turn repeats.
 */
export function conversationOf(chat: ChatRequest, sessionHeader: string | null): Conversation {
  const session = chat.session_id || sessionHeader?.slice(0, 256) || chat.id;
  if (session) return { id: fingerprint(`session ${session}`), isNamed: true };
  if (chat.prompt_cache_key) return { id: fingerprint(`cache ${chat.prompt_cache_key}`), isNamed: false };
  const isInstruction = ({ role }: { role: string }) => role === "system" || role === "developer";
  const instruction = chat.messages.find(isInstruction);
  const opening = chat.messages.find((message) => !isInstruction(message));
  return { id: fingerprint(`${textOf(instruction)}\n${textOf(opening)}`), isNamed: false };
}

function textOf(message: ChatRequest["messages"][number] | undefined): string {
  const content = message?.content;
  const text = typeof content === "string" ? content : JSON.stringify(content ?? "");
  return text.slice(0, MAX_CHARS);
}

/** 64 bits, which is enough to tell the conversations of ten minutes apart. */
function fingerprint(text: string): string {
  return hash32(text).toString(36) + hash32(`${text.length} ${text}`).toString(36);
}

/** Whether going on at an endpoint saves money: what it reads from its cache is cheaper there than what it reads anew. */
export function rewardsStaying({ pricing }: Endpoint): boolean {
  const cached = pricing?.input_cache_read;
  return cached !== undefined && Number(cached) < Number(pricing?.prompt);
}

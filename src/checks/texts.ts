import type { ChatMessage, ChatRequest } from "../schema/chat.ts";

/** Whose words a text is. */
export type Speaker = "system" | "user" | "assistant" | "tool";

/** A text of a request that can be read, and written. */
export interface TextSlot {
  speaker: Speaker;
  /** Place of its message; undefined for what stands in no message. */
  message: number | undefined;
  text: string;
  write(text: string): void;
}

/** A request that may be written into: its messages are copies of the client's. */
export interface Draft {
  chat: ChatRequest;
  slots: TextSlot[];
  /** What the messages call those who speak. */
  names: TextSlot[];
}

/**
 * All texts of a request that go to a model: of its messages, the arguments of their calls, and beside them what is
 * searched for and what the answer is expected to repeat.
 */
export function draftOf(chat: ChatRequest): Draft {
  const slots: TextSlot[] = [];
  const names: TextSlot[] = [];
  const messages = chat.messages.map((message, index) => {
    const copy = copyMessage(message, index, slots);
    addName(names, copy);
    return copy;
  });
  const draft: ChatRequest = { ...chat, messages };
  const others = (owner: Record<string, unknown>, field: string, speaker: Speaker) =>
    addSlot(slots, { owner, field, speaker, message: undefined });
  if (chat.rag_params) {
    const params = { ...chat.rag_params };
    draft.rag_params = params;
    others(params, "search_query", "user");
  }
  if (chat.prediction) {
    const prediction = { ...chat.prediction };
    draft.prediction = prediction;
    if (Array.isArray(prediction.content)) {
      const parts = prediction.content.map((part) => ({ ...part }));
      prediction.content = parts;
      for (const part of parts) others(part, "text", "assistant");
    } else others(prediction, "content", "assistant");
  }
  return { chat: draft, slots, names };
}

/** Kinds of content parts that are no text and that no check reads, each once. */
export function unscannedParts({ messages }: ChatRequest): string[] {
  const kinds = new Set<string>();
  for (const { content } of messages)
    if (Array.isArray(content)) for (const { type } of content) if (type !== "text") kinds.add(type);
  return [...kinds];
}

interface Place {
  owner: Record<string, unknown>;
  field: string;
  speaker: Speaker;
  message: number | undefined;
  /** Called when nothing is left of the text. */
  onEmpty?: () => void;
}

function addSlot(slots: TextSlot[], { owner, field, speaker, message, onEmpty }: Place): void {
  const text = owner[field];
  if (typeof text !== "string" || text === "") return;
  slots.push({
    speaker,
    message,
    text,
    write(written) {
      this.text = written;
      owner[field] = written;
      if (written === "") onEmpty?.();
    },
  });
}

/** What every provider takes as a name. */
const PLAIN_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_NAME = 64;

/** The words of a plain name such as `ada_Smith` or `AdaSmith` are read apart, and what is written for it is plain again. */
function addName(names: TextSlot[], message: ChatMessage): void {
  const { name } = message;
  if (!name) return;
  const isPlain = PLAIN_NAME.test(name);
  names.push({
    speaker: SPEAKERS[message.role],
    message: undefined,
    text: isPlain ? name.replace(/_|(?<=[a-z])(?=[A-Z])/g, " ") : name,
    write(written) {
      this.text = written;
      message.name = isPlain ? toPlainName(written) : written;
    },
  });
}

function toPlainName(text: string): string {
  const inner = text.replace(/^[^a-zA-Z0-9]+/, "").replace(/[^a-zA-Z0-9_-]+/g, "_");
  return inner.slice(0, MAX_NAME).replace(/_$/, "") || "_";
}

const SPEAKERS = { system: "system", developer: "system", user: "user", assistant: "assistant", tool: "tool" } as const;

function copyMessage(message: ChatMessage, index: number, slots: TextSlot[]): ChatMessage {
  const copy: Record<string, unknown> = { ...message };
  const speaker = SPEAKERS[message.role];
  const add = (owner: Record<string, unknown>, field: string, onEmpty?: () => void) =>
    addSlot(slots, { owner, field, speaker, message: index, onEmpty });
  if (Array.isArray(message.content)) {
    const parts: Record<string, unknown>[] = message.content.map((part) => ({ ...part }));
    copy.content = parts;
    for (const part of parts) if (part.type === "text") add(part, "text", () => removePart(parts, part));
  } else add(copy, "content");
  if (message.role === "assistant") {
    for (const field of ["refusal", "reasoning", "reasoning_content"]) add(copy, field);
    copyCalls(copy, message, add);
  }
  return copy as unknown as ChatMessage;
}

/** Some providers refuse empty parts, and all of them a message without any. */
function removePart(parts: Record<string, unknown>[], part: Record<string, unknown>): void {
  if (parts.length > 1) parts.splice(parts.indexOf(part), 1);
}

type Add = (owner: Record<string, unknown>, field: string) => void;

function copyCalls(copy: Record<string, unknown>, message: ChatMessage & { role: "assistant" }, add: Add): void {
  if (message.tool_calls) {
    const calls = message.tool_calls.map((call) => ({ ...call, function: { ...call.function } }));
    copy.tool_calls = calls;
    for (const call of calls) add(call.function, "arguments");
  }
  if (message.reasoning_details) {
    const details: Record<string, unknown>[] = message.reasoning_details.map((detail) => ({ ...detail }));
    copy.reasoning_details = details;
    for (const detail of details) for (const field of ["text", "summary"]) addSigned(detail, field, add);
  }
}

/** What was signed is no longer signed once it is changed. */
function addSigned(detail: Record<string, unknown>, field: string, add: Add): void {
  const owner = {
    get [field]() {
      return detail[field];
    },
    set [field](text: unknown) {
      detail[field] = text;
      delete detail.signature;
    },
  };
  add(owner, field);
}

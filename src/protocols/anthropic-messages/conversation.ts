import { isRecord } from "../../schema/accepts.ts";
import type { ChatMessage, ReasoningEffort, ToolCall } from "../../schema/chat.ts";
import type { Json } from "../json.ts";
import { type Block, type Turn, textBlock } from "./blocks.ts";
import { toCacheControl } from "./cache-control.ts";
import { imageBlock, toBlocks } from "./content.ts";
import { toThinkingBlocks } from "./thinking-blocks.ts";
import { ToolIds, toToolName } from "./tool-ids.ts";

type MessageOf<Role extends ChatMessage["role"]> = ChatMessage & { role: Role };

/** A conversation in the vendor's form: instructions on top, then turns that alternate, the first one the user's. */
export interface Conversation {
  system: Block[];
  turns: Turn[];
  /** The effort that the conversation itself asks for from here on. */
  effort: ReasoningEffort | undefined;
  /** What of the messages found no place. */
  dropped: string[];
}

export interface ConversationOptions {
  /** Whether instructions may stand among the turns; else they become marked text of the user's turn. */
  hasSystemTurns: boolean;
  /** The format of reasoning that goes back; any other is left out. */
  reasoningFormat: string;
}

/** Stands for a user's turn where the vendor wants one and there is none. */
const SILENCE: Block = { type: "text", text: "(no message)" };

/**
 * Writes a conversation for the vendor. It may come from anywhere, so it is put right on the way: turns of one role
 * in a row are one turn, results of tools come first in the turn after their call, a call without a result gets one
 * that says so, a result without a call becomes text, and nothing is empty.
 */
export function toConversation(messages: readonly ChatMessage[], options: ConversationOptions): Conversation {
  const writer = new ConversationWriter(options);
  for (const message of messages) writer.take(message);
  return writer.end();
}

class ConversationWriter {
  readonly #options: ConversationOptions;
  readonly #ids = new ToolIds();
  readonly #system: Block[] = [];
  readonly #turns: Turn[] = [];
  #effort: ReasoningEffort | undefined;
  // The user's turn in the making.
  #results: Block[] = [];
  #content: Block[] = [];
  #instructions: Block[] = [];
  /** Images that the assistant made: the vendor takes them from the user only. */
  #carried: Block[] = [];

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  take(message: ChatMessage): void {
    switch (message.role) {
      case "user":
        this.#content.push(...blocksOf(message));
        break;
      case "assistant":
        this.#takeAnswer(message);
        break;
      case "tool":
        this.#takeResult(message);
        break;
      default:
        this.#takeInstruction(message);
    }
  }

  end(): Conversation {
    this.#closeUserTurn();
    const last = this.#turns.at(-1);
    if (last?.role === "assistant") trimEnd(last.content.at(-1));
    const dropped = this.#carried.length > 0 ? ["messages.images"] : [];
    if (last) return { system: this.#system, turns: this.#turns, effort: this.#effort, dropped };
    const content = this.#system.length > 0 ? this.#system : [SILENCE];
    return { system: [], turns: [{ role: "user", content }], effort: this.#effort, dropped };
  }

  #takeInstruction(message: MessageOf<"system" | "developer">): void {
    this.#effort = message.configuration_update?.reasoning.effort ?? this.#effort;
    const isLeading = this.#turns.length + this.#content.length + this.#results.length === 0;
    if (isLeading) this.#system.push(...blocksOf(message));
    else if (this.#options.hasSystemTurns) this.#instructions.push(...blocksOf(message));
    else this.#content.push(...blocksOf(message).map(toReminder));
  }

  #takeResult(message: MessageOf<"tool">): void {
    const id = this.#ids.close(message.tool_call_id);
    const content = toBlocks(message.content);
    if (id === undefined) {
      this.#content.push({ type: "text", text: `Result of the tool call ${message.tool_call_id}:` }, ...content);
      return;
    }
    const result: Block = { type: "tool_result", tool_use_id: id };
    if (content.length > 0) result.content = content;
    // Not in the contract, but the only way in which a client can say it.
    if ((message as Json).is_error === true) result.is_error = true;
    this.#results.push(result);
    markCacheControl([result], message);
  }

  #takeAnswer(message: MessageOf<"assistant">): void {
    const { text, others } = saidIn(message);
    const calls = message.tool_calls ?? [];
    // Thinking alone is no answer: the vendor refuses a turn that ends in it.
    const isAnswer = text.length + calls.length > 0;
    if (isAnswer) this.#closeUserTurn();
    this.#carried.push(...others);
    if (!isAnswer) return;
    const thinking = toThinkingBlocks(message.reasoning_details ?? [], this.#options.reasoningFormat);
    const content = [...thinking, ...text, ...calls.map((call) => this.#toolUse(call))];
    markCacheControl(content, message);
    const last = this.#turns.at(-1);
    if (last?.role === "assistant") {
      last.content.push(...content);
      return;
    }
    if (!last) this.#turns.push({ role: "user", content: [SILENCE] });
    this.#turns.push({ role: "assistant", content });
  }

  #toolUse({ id, function: called }: ToolCall): Block {
    return {
      type: "tool_use",
      id: this.#ids.open(id),
      name: toToolName(called.name),
      input: toInput(called.arguments),
    };
  }

  #closeUserTurn(): void {
    const results = [...this.#results, ...this.#ids.abandon().map(missingResult)];
    const instructions = this.#instructions;
    let content = [...results, ...this.#content];
    if (content.length > 0) content = [...results, ...this.#carried.splice(0), ...this.#content];
    // An instruction of the vendor's own kind must follow something of the user's.
    else content = instructions.splice(0).map(toReminder);
    if (content.length > 0) this.#turns.push({ role: "user", content });
    if (instructions.length > 0) this.#turns.push({ role: "system", content: instructions });
    this.#results = [];
    this.#content = [];
    this.#instructions = [];
  }
}

function blocksOf(message: MessageOf<"system" | "developer" | "user">): Block[] {
  const blocks = withName(toBlocks(message.content), message.name);
  markCacheControl(blocks, message);
  return blocks;
}

/** What an assistant said as text, and what it made besides. */
function saidIn(message: MessageOf<"assistant">): { text: Block[]; others: Block[] } {
  const blocks = toBlocks(message.content);
  const others = blocks.filter((block) => block.type !== "text");
  for (const { image_url: image } of message.images ?? []) others.push(imageBlock(image.url));
  let text = blocks.filter((block) => block.type === "text");
  if (text.length === 0) text = toBlocks(message.refusal ?? message.audio?.transcript);
  return { text: withName(text, message.name), others };
}

/** The vendor has no field for a speaker's name. */
function withName(blocks: Block[], name: string | null | undefined): Block[] {
  const first = blocks.find((block) => block.type === "text");
  if (name && first) first.text = `${name}: ${first.text}`;
  return blocks;
}

/** A breakpoint of a whole message stands on its last block. */
function markCacheControl(blocks: Block[], message: Json): void {
  const cacheControl = toCacheControl(message.cache_control);
  const last = blocks.at(-1);
  if (cacheControl && last) last.cache_control = cacheControl;
}

/** An instruction in the midst of a conversation, in the tags that the vendor's own tools use for it. */
function toReminder(block: Block): Block {
  return { ...block, text: `<system-reminder>\n${block.text}\n</system-reminder>` };
}

/** Arguments as the object that the vendor wants; text that is none is kept under one key. */
function toInput(text: string): Json {
  if (text.trim() === "") return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) return parsed;
  } catch {
    // Kept as text.
  }
  return { arguments: text };
}

function missingResult(id: string): Block {
  const content = [textBlock("No result was given.")];
  return { type: "tool_result", tool_use_id: id, content, is_error: true };
}

/** The vendor refuses an answer to continue that ends in white space. */
function trimEnd(block: Block | undefined): void {
  if (block?.type === "text" && typeof block.text === "string") block.text = block.text.trimEnd();
}

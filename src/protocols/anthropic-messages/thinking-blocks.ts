import type { Json } from "../json.ts";
import type { Block } from "./blocks.ts";

/** The contract's name for reasoning that only Claude reads: signed or encrypted. */
export const CLAUDE_FORMAT = "anthropic-claude-v1";

/**
 * The thinking of an earlier turn, in its order: signed text and encrypted blocks of the given format. Everything
 * else is left out, because the vendor refuses thinking that it did not sign. Text may be empty: the vendor can be
 * told to keep it to itself, and then only the signature counts.
 *
 * Clients that collected a stream may return its pieces one by one; those with one index are one block.
 */
export function toThinkingBlocks(details: readonly Json[], format: string): Block[] {
  const blocks: Block[] = [];
  let text = "";
  let index: unknown;
  for (const detail of details) {
    if (detail.format !== format) continue;
    if (detail.type === "reasoning.encrypted" && typeof detail.data === "string" && detail.data !== "")
      blocks.push({ type: "redacted_thinking", data: detail.data });
    if (detail.type !== "reasoning.text") continue;
    if (detail.index !== index) text = "";
    index = detail.index;
    if (typeof detail.text === "string") text += detail.text;
    if (typeof detail.signature !== "string" || detail.signature === "") continue;
    blocks.push({ type: "thinking", thinking: text, signature: detail.signature });
    text = "";
  }
  return blocks;
}

export function isThinking(block: Block): boolean {
  return block.type === "thinking" || block.type === "redacted_thinking";
}

import type { Part } from "../schema/chunk.ts";

/** The text of a whole answer's only choice; undefined when there are more choices, or tool calls. */
export function wholeText(parts: Part[]): string | undefined {
  let text = "";
  for (const part of parts) {
    if (part.type !== "delta") continue;
    if (part.index !== 0 || part.delta.tool_calls) return undefined;
    text += part.delta.content ?? "";
  }
  return text;
}

/** The parts with another text in the place of theirs. */
export function withText(parts: Part[], text: string): Part[] {
  const others = parts.map((part): Part => {
    if (part.type !== "delta") return part;
    const { content: _, ...delta } = part.delta;
    return { ...part, delta };
  });
  return [{ type: "delta", index: 0, delta: { content: text } }, ...others];
}

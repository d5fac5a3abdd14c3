import type { ChatMessage } from "../schema/chat.ts";

/**
 * A conversation in which every tool call has its result right behind it, and every result its call, as vendors
 * demand that know OpenAI's roles: a missing result says so, a result without a call becomes the user's text.
 */
export function withPairedResults(messages: readonly ChatMessage[]): ChatMessage[] {
  const paired: ChatMessage[] = [];
  let waiting: string[] = [];
  const close = () => {
    for (const id of waiting) paired.push({ role: "tool", tool_call_id: id, content: "No result was given." });
    waiting = [];
  };
  /** What stands between a call and its results comes after them. */
  const late: ChatMessage[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      const position = waiting.indexOf(message.tool_call_id);
      if (position === -1) late.push(withoutCall(message));
      else {
        waiting.splice(position, 1);
        paired.push(message);
      }
    } else if (message.role === "assistant") {
      close();
      paired.push(...late.splice(0), message);
      waiting = (message.tool_calls ?? []).map(({ id }) => id);
    } else late.push(message);
  }
  close();
  return [...paired, ...late];
}

function withoutCall({ tool_call_id: id, content }: ChatMessage & { role: "tool" }): ChatMessage {
  const heading = `Result of the tool call ${id}:`;
  if (typeof content === "string") return { role: "user", content: `${heading}\n${content}` };
  return { role: "user", content: [{ type: "text", text: heading }, ...content] };
}

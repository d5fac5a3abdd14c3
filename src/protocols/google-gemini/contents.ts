import type { ChatMessage, ContentPart } from "../../schema/chat.ts";
import type { Json } from "../json.ts";
import { toPart } from "./media.ts";
import type { ModelTraits } from "./model-traits.ts";
import { toModelParts } from "./model-turn.ts";
import { ToolResults } from "./tool-results.ts";

/** One turn on the vendor's wire. */
export interface Content {
  role: "user" | "model";
  parts: Json[];
}

/** A conversation on the vendor's wire. */
export interface Conversation {
  /** Parts of the system instruction. */
  instructions: Json[];
  contents: Content[];
}

/** Stands for a turn in which nothing was said: the vendor takes no empty text. */
const NOTHING_SAID = " ";
/** Asks a model that does not continue a turn of its own to do so all the same. */
const CONTINUE = "Continue your last message from exactly where it ends.";

/**
 * A conversation in the vendor's form. What it demands: turns of user and model that alternate, the user's first;
 * no empty text; function calls answered one by one in the next turn; a last turn that is not the model's, for its
 * newer models. System and developer messages at the start are the system instruction; later ones stay at their
 * place, as the user's text in `<system>` tags.
 */
export function toConversation(messages: readonly ChatMessage[], traits: ModelTraits): Conversation {
  const results = new ToolResults(messages);
  const turns = new Turns();
  const instructions: Json[] = [];
  for (const [position, message] of messages.entries()) {
    switch (message.role) {
      case "system":
      case "developer": {
        const parts = toUserParts(message);
        if (turns.isEmpty) instructions.push(...parts);
        else turns.add("user", parts.map(asInstruction));
        break;
      }
      case "user": {
        const parts = toUserParts(message);
        turns.add("user", parts.length > 0 || turns.last === "user" ? parts : [{ text: NOTHING_SAID }]);
        break;
      }
      case "assistant":
        turns.add("model", toModelParts(message, traits));
        turns.add("user", results.answer(message.tool_calls ?? [], position, traits));
        break;
      case "tool":
        turns.add("user", results.orphan(message));
    }
  }
  if (turns.isEmpty) turns.add("user", [{ text: NOTHING_SAID }]);
  if (turns.last === "model" && !traits.takesPrefill) turns.add("user", [{ text: CONTINUE }]);
  return { instructions, contents: turns.contents };
}

/** Puts turns one after the other: neighbours of one role become one turn, and the user's comes first. */
class Turns {
  readonly contents: Content[] = [];

  get isEmpty(): boolean {
    return this.contents.length === 0;
  }

  get last(): Content["role"] | undefined {
    return this.contents.at(-1)?.role;
  }

  add(role: Content["role"], parts: Json[]): void {
    if (parts.length === 0) return;
    if (this.isEmpty && role === "model") this.contents.push({ role: "user", parts: [{ text: NOTHING_SAID }] });
    const last = this.contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else this.contents.push({ role, parts });
  }
}

/** The parts of a message that is not the model's; a name becomes a prefix of its text. */
function toUserParts({ content, name }: { content: string | readonly ContentPart[]; name?: string | undefined }) {
  const parts: Json[] = [];
  for (const part of typeof content === "string" ? [{ type: "text" as const, text: content }] : content) {
    const written = toPart(part);
    if (written) parts.push(written);
  }
  if (!name || parts.length === 0) return parts;
  const named = parts.find((part) => typeof part.text === "string");
  if (named) named.text = `${name}: ${named.text}`;
  else parts.unshift({ text: `${name}:` });
  return parts;
}

function asInstruction(part: Json): Json {
  return { text: `<system>\n${part.text}\n</system>` };
}

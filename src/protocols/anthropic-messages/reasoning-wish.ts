import type { ChatRequest, ReasoningEffort } from "../../schema/chat.ts";

/** What a request says about thinking, its several fields taken together. */
export type ReasoningWish =
  | { kind: "absent" }
  | { kind: "off"; field: string }
  | {
      kind: "on";
      /** The field that asks for it, for reports. */
      field: string;
      effort?: Exclude<ReasoningEffort, "none">;
      /** Tokens. */
      budget?: number;
    };

/**
 * Reads whether and how much to think. `update` is an effort that the conversation itself has set; it stands over the
 * request's. Options that only shape what is shown (`exclude`, `summary`) ask for nothing.
 */
export function readWish(chat: ChatRequest, update: ReasoningEffort | undefined): ReasoningWish {
  if (update !== undefined) return ofEffort(update, "messages.configuration_update");
  const reasoning = chat.reasoning;
  if (reasoning?.enabled === false) return { kind: "off", field: "reasoning" };
  const effort = chat.reasoning_effort ?? reasoning?.effort;
  const field = reasoning ? "reasoning" : "reasoning_effort";
  const budget = reasoning?.max_tokens ?? undefined;
  if (effort === "none" || (budget === 0 && !effort)) return { kind: "off", field };
  if (!effort && !budget && reasoning?.enabled !== true) return { kind: "absent" };
  return { kind: "on", field, ...(effort ? { effort } : {}), ...(budget ? { budget } : {}) };
}

/** Whether the client does not want to see the thinking. */
export function isExcluded(chat: ChatRequest): boolean {
  return chat.reasoning?.exclude ?? chat.include_reasoning === false;
}

function ofEffort(effort: ReasoningEffort, field: string): ReasoningWish {
  return effort === "none" ? { kind: "off", field } : { kind: "on", field, effort };
}

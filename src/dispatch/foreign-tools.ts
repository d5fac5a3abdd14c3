import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest, Tool } from "../schema/chat.ts";
import { PROVIDER_TOOL_TYPES } from "../schema/tools.ts";

/** Whether a tool is one that providers run themselves, and this one does not. */
export function isForeign({ type }: Tool, { provider, supportedParameters }: Endpoint): boolean {
  if (!PROVIDER_TOOL_TYPES.has(type) || supportedParameters?.has(type)) return false;
  if (provider.quirks.is_router) return supportedParameters?.has("tools") === false;
  // What asks for a search is the search of that protocol, by whichever name.
  return provider.api !== "google-gemini" || type === "code_interpreter";
}

/** Whether a request says how to choose among tools that it does not bring. To have to call one stays a demand. */
export function hasIdleChoice({ tools, tool_choice: choice }: ChatRequest): boolean {
  return (choice === "none" || choice === "auto") && !tools?.length;
}

/** A request without the tools that nobody runs, and the names of what was left out. */
export function withoutForeignTools(chat: ChatRequest, endpoint: Endpoint): { chat: ChatRequest; dropped: string[] } {
  const { tools: given = [], ...others } = chat;
  const foreign = new Set((given ?? []).filter((tool) => isForeign(tool, endpoint)).map(({ type }) => type));
  const tools = (given ?? []).filter(({ type }) => !foreign.has(type));
  const dropped = [...foreign].map((type) => `tools.${type}`);
  const own: ChatRequest = tools.length > 0 ? { ...others, tools } : others;
  const { tool_choice: choice } = own;
  const isMoot = typeof choice === "object" ? choice !== null && foreign.has(choice.type) : tools.length === 0;
  if (choice == null || !isMoot) return { chat: own, dropped };
  delete own.tool_choice;
  return { chat: own, dropped: choice === "auto" || choice === "none" ? dropped : [...dropped, "tool_choice"] };
}

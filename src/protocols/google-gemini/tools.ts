import type { ChatRequest, Tool, ToolChoice } from "../../schema/chat.ts";
import type { Json } from "../json.ts";

/** Names of the search tool that clients know; the vendor has one search of its own. */
const SEARCH_TOOLS = new Set([
  "openrouter:web_search",
  "web_search",
  "web_search_2025_08_26",
  "web_search_preview",
  "web_search_preview_2025_03_11",
]);

/** Tools in the vendor's form, and what of the request could not be said. */
export interface WrittenTools {
  tools: Json[];
  toolConfig: Json | undefined;
  dropped: string[];
}

/**
 * Functions become declarations, with their JSON Schema as it is (`parametersJsonSchema`: the vendor's own schema
 * dialect knows less). Web search, also asked for by `web_search_options`, is the vendor's `googleSearch`, fetching
 * pages its `urlContext`; other tools of a router have no counterpart.
 */
export function toTools(chat: ChatRequest): WrittenTools {
  const declarations: Json[] = [];
  const dropped: string[] = [];
  let hasSearch = chat.web_search_options != null;
  let hasFetch = false;
  for (const tool of chat.tools ?? []) {
    if (tool.type === "function") declarations.push(toDeclaration(tool));
    else if (SEARCH_TOOLS.has(tool.type)) hasSearch = true;
    else if (tool.type === "openrouter:web_fetch") hasFetch = true;
    else if (!dropped.includes("tools")) dropped.push("tools");
  }
  const tools: Json[] = [];
  if (declarations.length > 0) tools.push({ functionDeclarations: declarations });
  if (hasSearch) tools.push({ googleSearch: {} });
  if (hasFetch) tools.push({ urlContext: {} });
  const functionCallingConfig = chat.tool_choice && declarations.length > 0 ? toMode(chat.tool_choice) : undefined;
  if (isUnsaid(chat.tool_choice) && !functionCallingConfig) dropped.push("tool_choice");
  // There is no way to ask for one call at a time; asking for many is asking for the default.
  if (chat.parallel_tool_calls === false && declarations.length > 0) dropped.push("parallel_tool_calls");
  return { tools, toolConfig: functionCallingConfig && { functionCallingConfig }, dropped };
}

function toDeclaration({ function: { name, description, parameters } }: Tool & { type: "function" }): Json {
  const declaration: Json = { name };
  if (description !== undefined) declaration.description = description;
  for (const _ in parameters) {
    declaration.parametersJsonSchema = parameters;
    break;
  }
  return declaration;
}

/** Undefined for a choice that names something other than a function. */
function toMode(choice: ToolChoice): Json | undefined {
  if (choice === "auto") return { mode: "AUTO" };
  if (choice === "none") return { mode: "NONE" };
  if (choice === "required") return { mode: "ANY" };
  return choice.type === "function" ? { mode: "ANY", allowedFunctionNames: [choice.function.name] } : undefined;
}

/** Whether leaving a choice out would change what is asked. */
function isUnsaid(choice: ToolChoice | null | undefined): boolean {
  return choice != null && choice !== "auto" && choice !== "none";
}

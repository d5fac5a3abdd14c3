import type { ChatRequest } from "../../schema/chat.ts";
import type { Turn } from "../anthropic-messages/blocks.ts";
import { toCacheControl } from "../anthropic-messages/cache-control.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { CACHE_POINT } from "./blocks.ts";

export interface ToolPlan {
  toolConfig?: Json;
  /** The tool through which the response format is enforced. */
  jsonTool?: string;
  dropped: string[];
}

/** The tool that stands in for a response format, which Converse does not know for most models. */
const JSON_TOOL = "json_response";

/**
 * Writes the tools and how they may be called. A `json_schema` response format is enforced by a tool that the model
 * has to call; a plain `json_object` has no schema and is left to the prompt.
 */
export function planTools(chat: ChatRequest, turns: Turn[]): ToolPlan {
  const plan: ToolPlan = { dropped: [] };
  const tools = toToolSpecs(chat);
  const { tool_choice: choice, response_format: format } = chat;
  if (format?.type === "json_schema" && format.json_schema.schema && tools.length === 0) {
    const schema = { ...format.json_schema.schema, type: "object" };
    const description = format.json_schema.description ?? "Gives the answer in the form that was asked for.";
    plan.jsonTool = JSON_TOOL;
    plan.toolConfig = {
      tools: [{ toolSpec: { name: JSON_TOOL, description, inputSchema: { json: schema } } }],
      toolChoice: { tool: { name: JSON_TOOL } },
    };
    return plan;
  }
  if (format && format.type !== "text") plan.dropped.push("response_format");
  if (tools.length === 0) return withEarlierTools(plan, turns);
  const toolChoice = toToolChoice(choice);
  if (choice === "none") plan.dropped.push("tool_choice");
  plan.toolConfig = toolChoice ? { tools, toolChoice } : { tools };
  return plan;
}

function toToolSpecs(chat: ChatRequest): Json[] {
  const specs: Json[] = [];
  for (const tool of asArray(chat.tools).map(asObject)) {
    if (tool.type !== "function") continue;
    const { name, description, parameters } = asObject(tool.function);
    const json = { type: "object", ...asObject(parameters) };
    const spec: Json = { name, inputSchema: { json } };
    // The API refuses an empty description.
    if (asString(description)) spec.description = description;
    specs.push({ toolSpec: spec });
    if (toCacheControl(tool.cache_control)) specs.push(CACHE_POINT);
  }
  return specs;
}

function toToolChoice(choice: unknown): Json | undefined {
  const name = asString(asObject(asObject(choice).function).name);
  if (name !== undefined) return { tool: { name } };
  if (choice === "required") return { any: {} };
  return choice === "auto" ? { auto: {} } : undefined;
}

/** A conversation with calls in it must declare their tools, also when they cannot be called any more. */
function withEarlierTools(plan: ToolPlan, turns: Turn[]): ToolPlan {
  const calls = turns.flatMap(({ content }) => content.filter((block) => block.type === "tool_use"));
  const names = [...new Set(calls.map((block) => asString(block.name) ?? ""))];
  if (names.length === 0) return plan;
  const tools = names.map((name) => ({ toolSpec: { name, inputSchema: { json: { type: "object" } } } }));
  return { ...plan, toolConfig: { tools } };
}

import type { ChatRequest } from "../../schema/chat.ts";
import type { Turn } from "../anthropic-messages/blocks.ts";
import type { AnswerFormat } from "../anthropic-messages/response-format.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { cachePoint, toToolName } from "./blocks.ts";

export interface ToolPlan {
  toolConfig?: Json;
  /** Whether the model has to call a tool. */
  isForced: boolean;
  dropped: string[];
}

/** A declared tool, and whether a cached prefix ends behind it. */
interface Declared {
  declared: Json;
  cache_control?: unknown;
}

/** The function tools of a request, as holders of breakpoints that may be changed. */
export function functionTools(chat: ChatRequest): (Declared & Json)[] {
  return asArray(chat.tools)
    .map(asObject)
    .filter(({ type }) => type === "function")
    .map(({ function: declared, cache_control }) => ({
      declared: asObject(declared),
      ...(cache_control ? { cache_control } : {}),
    }));
}

/**
 * Writes the tools and how they may be called. The tool of a response format, if it is brought about by one, has to be
 * called unless the client's own tools may be called in its place. Converse has no `none`: where no tool may be called
 * none is declared, as far as the conversation allows it. `isFree`: the model cannot be made to call a tool.
 */
export function planTools(
  chat: ChatRequest,
  {
    tools,
    format,
    turns,
    takesCachePoints,
    isFree,
  }: { tools: Declared[]; format: AnswerFormat; turns: Turn[]; takesCachePoints: boolean; isFree: boolean },
): ToolPlan {
  const plan: ToolPlan = { isForced: false, dropped: [] };
  if (tools.length < asArray(chat.tools).length) plan.dropped.push("tools");
  if (tools.some(({ declared }) => declared.strict === true)) plan.dropped.push("tools.function.strict");
  const isNone = chat.tool_choice === "none";
  const specs = isNone ? [] : tools.flatMap((tool) => toSpecs(tool, takesCachePoints));
  const hasOwn = specs.length > 0;
  if (format.kind === "tool") {
    const { name, description, input_schema: json } = format.tool;
    specs.push({ toolSpec: { name, description, inputSchema: { json } } });
  }
  if (specs.length === 0) return withEarlierTools(plan, { chat, turns, tools });
  let toolChoice = toToolChoice(chat, format, hasOwn);
  plan.isForced = toolChoice !== undefined && !toolChoice.auto;
  if (plan.isForced && isFree) {
    plan.isForced = false;
    plan.dropped.push("tool_choice");
    toolChoice = { auto: {} };
  }
  plan.toolConfig = toolChoice ? { tools: specs, toolChoice } : { tools: specs };
  return plan;
}

function toSpecs({ declared, cache_control: cacheControl }: Declared, takesCachePoints: boolean): Json[] {
  const { name, description, parameters } = declared;
  const json = { type: "object", ...asObject(parameters) };
  const spec: Json = { name, inputSchema: { json } };
  // The API refuses an empty description.
  if (asString(description)) spec.description = description;
  const toolSpec = { toolSpec: spec };
  return cacheControl && takesCachePoints ? [toolSpec, cachePoint(cacheControl)] : [toolSpec];
}

function toToolChoice({ tool_choice: choice }: ChatRequest, format: AnswerFormat, hasOwn: boolean): Json | undefined {
  const name = asString(asObject(asObject(choice).function).name);
  if (name !== undefined) return { tool: { name } };
  if (format.kind === "tool") return hasOwn ? { any: {} } : { tool: { name: format.name } };
  if (choice === "required") return { any: {} };
  return choice === "auto" ? { auto: {} } : undefined;
}

/** A conversation with calls in it must declare their tools, also when they are not to be called any more. */
function withEarlierTools(
  plan: ToolPlan,
  { chat, turns, tools }: { chat: ChatRequest; turns: Turn[]; tools: Declared[] },
): ToolPlan {
  const calls = turns.flatMap(({ content }) => content.filter((block) => block.type === "tool_use"));
  const names = [...new Set(calls.map((block) => toToolName(block.name)))];
  const { tool_choice: choice } = chat;
  if (choice && choice !== "none" && choice !== "auto") plan.dropped.push("tool_choice");
  if (names.length === 0) return plan;
  // They can be called again: the API has no word against it.
  if (tools.length > 0) plan.dropped.push("tool_choice");
  const known = new Map(tools.map((tool) => [asString(tool.declared.name), tool]));
  const specs = names.flatMap((name) => toSpecs({ declared: known.get(name)?.declared ?? { name } }, false));
  return { ...plan, toolConfig: { tools: specs } };
}

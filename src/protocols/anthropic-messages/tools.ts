import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatRequest, Tool, ToolChoice } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { Block, Turn } from "./blocks.ts";
import { toCacheControl } from "./cache-control.ts";
import type { AnswerFormat } from "./response-format.ts";
import { STRICT_LIMITS, type StrictSchema, toStrictSchema } from "./strict-schema.ts";
import { alwaysThinks } from "./thinking.ts";

type FunctionTool = Tool & { type: "function" };

/** The tools of a request in the vendor's form. */
export interface ToolPlan {
  tools: Json[];
  choice?: Json;
  /** Whether the model has to call a tool. */
  isForced: boolean;
  dropped: string[];
}

export interface ToolSituation {
  quirks: Quirks;
  format: AnswerFormat;
  turns: readonly Turn[];
  stream: boolean;
}

/** Writes the tools of a request and how they may be called. */
export function planTools(chat: ChatRequest, situation: ToolSituation): ToolPlan {
  const { quirks, format, turns } = situation;
  const functions = asArray(chat.tools).filter(isFunction);
  const plan: ToolPlan = { tools: writeTools(functions, situation), isForced: false, dropped: [] };
  // The router's own tools: it has run them before, or nobody does.
  if (functions.length < asArray(chat.tools).length) plan.dropped.push("tools");
  const isAskedStrict = functions.some((tool) => tool.function.strict === true);
  if (isAskedStrict && !plan.tools.some((tool) => tool.strict)) plan.dropped.push("tools.function.strict");
  if (format.kind === "tool") plan.tools.push(format.tool);
  if (plan.tools.length === 0) return withoutTools(plan, chat, turns);

  let choice = chooseTool(chat.tool_choice, { format, hasFunctions: functions.length > 0 });
  if (choice === undefined && chat.tool_choice) plan.dropped.push("tool_choice");
  plan.isForced = choice?.type === "any" || choice?.type === "tool";
  if (plan.isForced && alwaysThinks(quirks)) {
    plan.isForced = false;
    plan.dropped.push("tool_choice");
    choice = { type: "auto" };
  }
  const isSingle = chat.parallel_tool_calls === false || format.kind === "tool";
  if (isSingle && choice?.type !== "none")
    choice = { ...(choice ?? { type: "auto" }), disable_parallel_tool_use: true };
  if (choice) plan.choice = choice;
  return plan;
}

/** Earlier turns may hold calls of tools that are not there any more; the vendor then still wants to see tools. */
function withoutTools(plan: ToolPlan, chat: ChatRequest, turns: readonly Turn[]): ToolPlan {
  if (chat.tool_choice && chat.tool_choice !== "none" && chat.tool_choice !== "auto") plan.dropped.push("tool_choice");
  const names = new Set(turns.flatMap(({ content }) => content.filter(isToolUse).map((block) => asString(block.name))));
  if (names.size === 0) return plan;
  plan.tools = [...names].map((name) => ({ name, input_schema: { type: "object" } }));
  plan.choice = { type: "none" };
  return plan;
}

/** The client's choice in the vendor's words; undefined for none, and for one that the vendor cannot make. */
function chooseTool(
  choice: ToolChoice | null | undefined,
  { format, hasFunctions }: { format: AnswerFormat; hasFunctions: boolean },
): Json | undefined {
  const named = asString(asObject(asObject(choice).function).name);
  if (named !== undefined) return { type: "tool", name: named };
  if (format.kind === "tool")
    return hasFunctions && choice !== "none" ? { type: "any" } : { type: "tool", name: format.name };
  if (choice === "required") return { type: "any" };
  return choice === "auto" || choice === "none" ? { type: choice } : undefined;
}

function writeTools(functions: FunctionTool[], { quirks, format, stream }: ToolSituation): Json[] {
  const strict = quirks.structured_outputs ? strictSchemas(functions, format) : [];
  return functions.map((tool, index) => {
    const { name, description, parameters } = tool.function;
    const written: Json = { name };
    if (description !== undefined) written.description = description;
    const bound = strict[index];
    written.input_schema = bound ? bound.schema : toInputSchema(parameters);
    if (bound) written.strict = true;
    const eager = (tool as Json).eager_input_streaming ?? (stream && quirks.eager_input_streaming ? true : undefined);
    if (typeof eager === "boolean") written.eager_input_streaming = eager;
    const cacheControl = toCacheControl(tool.cache_control);
    if (cacheControl) written.cache_control = cacheControl;
    return written;
  });
}

/** The schemas that bind the arguments of strict tools, by position; none at all when together they are too much. */
function strictSchemas(functions: FunctionTool[], format: AnswerFormat): (StrictSchema | undefined)[] {
  const schemas = functions.map(({ function: { strict, parameters } }) =>
    strict === true ? toStrictSchema(toInputSchema(parameters)) : undefined,
  );
  const bound = schemas.filter((schema) => schema !== undefined);
  const all = format.kind === "native" ? [...bound, format.strict] : bound;
  const optional = all.reduce((sum, schema) => sum + schema.optional, 0);
  const unions = all.reduce((sum, schema) => sum + schema.unions, 0);
  const isTooMuch =
    bound.length > STRICT_LIMITS.tools || optional > STRICT_LIMITS.optional || unions > STRICT_LIMITS.unions;
  return isTooMuch ? [] : schemas;
}

/**
 * The schema of a tool's arguments as the vendor wants it: an object's, without alternatives at its top. Where it has
 * some, their properties are taken together and none is demanded.
 */
function toInputSchema(parameters: Json | undefined): Json {
  if (!parameters) return { type: "object", properties: {} };
  const { anyOf, oneOf, allOf, ...schema } = parameters;
  const alternatives = [anyOf, oneOf, allOf].flatMap(asArray).map(asObject);
  if (alternatives.length === 0) return parameters.type === "object" ? parameters : { ...parameters, type: "object" };
  const properties = [...alternatives, schema].map((alternative) => asObject(alternative.properties));
  return { ...schema, type: "object", properties: Object.assign({}, ...properties) };
}

function isFunction(tool: unknown): tool is FunctionTool {
  return asObject(tool).type === "function";
}

function isToolUse(block: Block): boolean {
  return block.type === "tool_use";
}

import * as z from "zod";
import { cacheControlSchema, expected, integerFrom, jsonObject } from "./fields.ts";

/** What a model may call, and how a server's own tools are bounded. */

/** Tools that the router runs itself; their arguments stand in `parameters` or flat beside `type`. */
const SERVER_TOOL_TYPES = [
  "openrouter:web_search",
  "openrouter:web_fetch",
  "openrouter:datetime",
  "openrouter:image_generation",
  "openrouter:fusion",
  "openrouter:advisor",
  "openrouter:subagent",
  "openrouter:bash",
  "openrouter:files",
  "openrouter:experimental__search_models",
  "web_search",
  "web_search_2025_08_26",
  "web_search_preview",
  "web_search_preview_2025_03_11",
  "code_interpreter",
] as const;

/** Of these, those that a provider may run itself; where it does not, they are left out. */
export const PROVIDER_TOOL_TYPES: ReadonlySet<string> = new Set(
  SERVER_TOOL_TYPES.filter((type) => !type.startsWith("openrouter:")),
);

const functionNameSchema = z.string(expected('1 to 64 letters, digits, "_" or "-"')).regex(/^[A-Za-z0-9_-]{1,64}$/);

const functionToolSchema = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: functionNameSchema,
    description: z.string().optional(),
    /** JSON Schema of the arguments; absent: no arguments. */
    parameters: jsonObject().optional(),
    /** Whether the arguments must follow the schema to the letter. */
    strict: z.boolean().nullish(),
  }),
  cache_control: cacheControlSchema.optional(),
});

const serverToolSchema = z.looseObject({
  type: z.enum(SERVER_TOOL_TYPES),
  parameters: jsonObject().optional(),
});

export const toolSchema = z.discriminatedUnion("type", [functionToolSchema, serverToolSchema]);
export type Tool = z.infer<typeof toolSchema>;

const namedToolChoiceSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: functionNameSchema }) }),
  z.looseObject({ type: z.enum(SERVER_TOOL_TYPES) }),
]);

export const toolChoiceSchema = z.union(
  [z.enum(["none", "auto", "required"]), namedToolChoiceSchema],
  expected('"none", "auto", "required" or an object that names a tool'),
);
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

/** A condition that ends the server-tool loop. */
export const stopServerToolsWhenSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("step_count_is"), step_count: integerFrom(1) }),
  z.looseObject({ type: z.literal("has_tool_call"), tool_name: z.string() }),
  z.looseObject({ type: z.literal("max_tokens_used"), max_tokens: integerFrom(1) }),
  z.looseObject({
    type: z.literal("max_cost"),
    /** US dollars. */
    max_cost_in_dollars: z.number(expected("a number of at least 0")).min(0),
  }),
  z.looseObject({ type: z.literal("finish_reason_is"), reason: z.string() }),
]);

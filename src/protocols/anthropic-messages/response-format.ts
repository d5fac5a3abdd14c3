import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { type StrictSchema, toStrictSchema } from "./strict-schema.ts";
import { alwaysThinks } from "./thinking.ts";
import { toToolName } from "./tool-ids.ts";

/** How the answer is brought into the form that the request wants. */
export type AnswerFormat =
  | { kind: "text" }
  /** The vendor binds the answer to a schema itself. */
  | { kind: "native"; strict: StrictSchema }
  /** The model has to call this tool; its input is the answer. */
  | { kind: "tool"; name: string; tool: Json }
  /** The model is asked to. */
  | { kind: "instruction"; text: string };

/**
 * How `response_format` is met. A schema: by the vendor's own `output_config.format` where the endpoint has it
 * (`structured_outputs`) and the schema fits, else by a forced tool call, else — where the model cannot be forced or
 * the schema is not an object's — by an instruction. `json_object`: by an instruction, the vendor has nothing for it.
 * Undefined for formats that cannot be met.
 */
export function planFormat(chat: ChatRequest, quirks: Quirks): AnswerFormat | undefined {
  const format = chat.response_format;
  if (!format || format.type === "text") return { kind: "text" };
  if (format.type === "json_object") return { kind: "instruction", text: INSTRUCTION };
  if (format.type !== "json_schema") return undefined;
  const { name, description, schema } = format.json_schema;
  if (!schema) return { kind: "instruction", text: INSTRUCTION };
  const strict = quirks.structured_outputs ? toStrictSchema(schema) : undefined;
  if (strict) return { kind: "native", strict };
  if (schema.type === "object" && !alwaysThinks(quirks)) return toTool(chat, { name, description, schema });
  return { kind: "instruction", text: `${INSTRUCTION} It must follow this JSON schema:\n${JSON.stringify(schema)}` };
}

const INSTRUCTION = "Answer with one JSON object and nothing else: no other text, no code fence.";

function toTool(
  chat: ChatRequest,
  { name, description, schema }: { name?: string | undefined; description?: string | undefined; schema: Json },
): AnswerFormat {
  const taken = new Set(asArray(chat.tools).map((tool) => asString(asObject(asObject(tool).function).name)));
  const base = toToolName(name ?? "answer");
  let unique = base;
  for (let copy = 2; taken.has(unique); copy++) unique = `${base}_${copy}`;
  const tool = {
    name: unique,
    description: description ?? "Gives the answer. Call it once, with the whole answer.",
    input_schema: schema,
  };
  return { kind: "tool", name: unique, tool };
}

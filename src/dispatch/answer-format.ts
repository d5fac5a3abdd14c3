import type { OutputUnit, Schema } from "@cfworker/json-schema";
import type { ChatRequest, ResponseFormat } from "../schema/chat.ts";

/** Problems of an answer that its model is told. */
const MAX_PROBLEMS = 5;

/** What an answer that should be JSON turned out to be. */
export type CheckedAnswer = { json: string } | { problem: string };

/**
 * Checks an answer whose form was only asked for, not enforced by the provider. JSON in a code fence is taken out of
 * it; what is not JSON, or does not follow the schema, comes back with the reason.
 */
export async function checkAnswer(text: string, format: ResponseFormat): Promise<CheckedAnswer> {
  const json = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text)?.[1] ?? text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problem: "It is not JSON." };
  }
  const schema = format.type === "json_schema" ? format.json_schema.schema : undefined;
  if (!schema || json.length > MAX_CHECKED_CHARS) return { json };
  const errors = await validate(value, schema as Schema);
  if (errors.length === 0) return { json };
  const problems = errors.slice(-MAX_PROBLEMS).map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  return { problem: problems.join("\n") };
}

/** Answers longer than this are checked for being JSON only: a schema's patterns are the client's, and may be slow. */
const MAX_CHECKED_CHARS = 100_000;

/** What in the value does not follow the schema. A schema that cannot be used, as its `$ref` leads nowhere, binds nothing. */
async function validate(value: unknown, schema: Schema): Promise<OutputUnit[]> {
  const { Validator } = await import("@cfworker/json-schema");
  try {
    const { valid, errors } = new Validator(withoutPatterns(schema), "2020-12", false).validate(value);
    return valid ? [] : errors;
  } catch {
    return [];
  }
}

/** A client's regular expression can take for ever on a model's text; it is left to the client to apply. */
function withoutPatterns(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema, (key, value) => (isPattern(key, value) ? undefined : value)));
}

function isPattern(key: string, value: unknown): boolean {
  return (key === "pattern" && typeof value === "string") || key === "patternProperties";
}

/** The request once more, with the answer that was wrong and what was wrong with it. */
export function toRepair(chat: ChatRequest, answer: string, problem: string): ChatRequest {
  const content = `That answer does not have the form that was asked for.\n${problem}\nGive the whole answer again, as JSON and nothing else.`;
  const turns: ChatRequest["messages"] = [{ role: "user", content }];
  if (answer.trim() !== "") turns.unshift({ role: "assistant", content: answer });
  return { ...chat, messages: [...chat.messages, ...turns] };
}

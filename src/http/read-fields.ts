import type * as z from "zod";
import { invalidField } from "../errors.ts";
import { findProblem } from "../schema/problem.ts";
import type { AppContext } from "./env.ts";
import { readJsonBody } from "./read-body.ts";

/** The fields of a body. Throws a 400 that names the first one that is wrong; `body` when it is no object. */
export async function readFields<Schema extends z.ZodType>(c: AppContext, schema: Schema): Promise<z.infer<Schema>> {
  const json = await readJsonBody(c.req.raw);
  const problem = findProblem(schema, json, "");
  if (problem) throw invalidField(problem.path || "body", problem.message);
  return schema.parse(json);
}

/** The fields that are there, so that they can be laid over those that are known. */
export function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}

/** A whole number of the query, such as an offset. */
export function readNumber(
  c: AppContext,
  name: string,
  { from, to, otherwise }: { from: number; to: number; otherwise: number },
) {
  const text = c.req.query(name);
  const value = text === undefined || text === "" ? otherwise : Number(text);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw invalidField(
    name,
    to === Number.MAX_SAFE_INTEGER
      ? `must be a whole number from ${from}`
      : `must be a whole number from ${from} to ${to}`,
  );
}

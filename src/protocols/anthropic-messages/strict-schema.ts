import { isRecord } from "../../schema/accepts.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

/** A schema by which the vendor can bind an answer, and how much of the request's allowance it takes. */
export interface StrictSchema {
  schema: Json;
  /** Properties that need not be there. */
  optional: number;
  /** Places where several types are possible. */
  unions: number;
}

/** What schemas that bind an answer may hold together in one request. */
export const STRICT_LIMITS = { tools: 20, optional: 24, unions: 16 };

/** Keywords that the vendor takes as they are, or that are read below. */
const KNOWN = new Set(["type", "title", "description", "default", "enum", "const", "required", "$ref"]);
/** Keywords that only limit a value; the vendor refuses them, so they are told to the model in words. */
const CONSTRAINTS = new Set([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
]);
/** Keywords that change what a value is in a way that the vendor cannot say. */
const IMPOSSIBLE = new Set([
  "not",
  "if",
  "then",
  "else",
  "prefixItems",
  "patternProperties",
  "propertyNames",
  "dependentSchemas",
  "unevaluatedProperties",
  "contains",
]);
const FORMATS = new Set("date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "));
/** Backreferences, lookaround and word boundaries. */
const HARD_PATTERN = /\\[1-9bB]|\(\?[=!<]/;

/**
 * A JSON schema in the subset by which the vendor binds answers: closed objects, no recursion, no limits of values.
 * Limits move into descriptions. Undefined when the schema means something that the subset cannot say: open maps,
 * tuples, conditions, recursion, foreign references.
 */
export function toStrictSchema(schema: unknown): StrictSchema | undefined {
  const writer = new StrictWriter();
  const written = writer.write(schema);
  if (!written || isRecursive(asObject(schema))) return undefined;
  return { schema: written, optional: writer.optional, unions: writer.unions };
}

class StrictWriter {
  optional = 0;
  unions = 0;

  /** Undefined when the schema cannot be written. */
  write(value: unknown): Json | undefined {
    if (!isRecord(value)) return undefined;
    const written: Json = {};
    const limits: string[] = [];
    for (const [key, held] of Object.entries(value)) {
      if (IMPOSSIBLE.has(key)) return undefined;
      if (KNOWN.has(key) || (CONSTRAINTS.has(key) && isTaken(key, held))) written[key] = held;
      else if (CONSTRAINTS.has(key)) limits.push(`${key}: ${JSON.stringify(held)}`);
      else if (!this.#writeNested(key, held, written)) return undefined;
    }
    if (Array.isArray(value.type) || written.anyOf) this.unions++;
    if (limits.length > 0) {
      const description = asString(value.description);
      written.description = `${description ? `${description} ` : ""}(${limits.join(", ")})`;
    }
    return this.#close(value, written) ? written : undefined;
  }

  #writeNested(key: string, held: unknown, written: Json): boolean {
    if (key === "items") {
      written.items = this.write(held);
      return written.items !== undefined;
    }
    if (key === "properties" || key === "$defs" || key === "definitions") {
      const entries = Object.entries(asObject(held)).map(([name, schema]) => [name, this.write(schema)] as const);
      written[key] = Object.fromEntries(entries);
      return entries.every(([, schema]) => schema !== undefined);
    }
    if (key === "anyOf" || key === "oneOf" || key === "allOf") {
      const schemas = asArray(held).map((schema) => this.write(schema));
      written[key === "allOf" ? key : "anyOf"] = schemas;
      return schemas.every((schema) => schema !== undefined && !(key === "allOf" && schema.$ref));
    }
    // What is left says nothing about values: `$schema`, `examples` and the like.
    return true;
  }

  /** Closes an object to properties that it does not name; false for one that is meant to be open. */
  #close(value: Json, written: Json): boolean {
    const isObject = [value.type].flat().includes("object") || isRecord(value.properties);
    if (!isObject) return true;
    const properties = Object.keys(asObject(value.properties));
    const isMap = isRecord(value.additionalProperties) || value.additionalProperties === true;
    if (!isRecord(value.properties) || (isMap && properties.length === 0)) return value.additionalProperties === false;
    if (isRecord(value.additionalProperties)) return false;
    const required = asArray(value.required);
    this.optional += properties.filter((name) => !required.includes(name)).length;
    written.additionalProperties = false;
    return true;
  }
}

function isTaken(key: string, held: unknown): boolean {
  if (key === "format") return FORMATS.has(String(held));
  if (key === "pattern") return !HARD_PATTERN.test(String(held));
  return key === "minItems" && (held === 0 || held === 1);
}

/** Whether a definition holds itself, or a reference leads out of the schema. */
function isRecursive(root: Json): boolean {
  const done = new Set<string>();
  const visit = (value: unknown, path: readonly string[]): boolean => {
    if (Array.isArray(value)) return value.some((item) => visit(item, path));
    if (!isRecord(value)) return false;
    const reference = asString(value.$ref);
    if (reference !== undefined && !done.has(reference)) {
      const target = definitionAt(root, reference);
      if (target === undefined || path.includes(reference) || visit(target, [...path, reference])) return true;
      done.add(reference);
    }
    return Object.entries(value).some(([key, held]) => key !== "$defs" && key !== "definitions" && visit(held, path));
  };
  return visit(root, []);
}

function definitionAt(root: Json, reference: string): unknown {
  const [, group, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  // JSON pointers write "/" as "~1" and "~" as "~0" (RFC 6901).
  return group && name ? asObject(root[group])[name.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
}

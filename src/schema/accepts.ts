import type * as z from "zod";

/**
 * Says whether zod would take a value, at a cost that depends on the fields *present* in it.
 *
 * zod visits every field that an object schema knows and copies what it reads; a chat request has a handful of the
 * 70 fields of its schema and hundreds of messages. The compiled form looks only at the value's own keys and copies
 * nothing. It takes nothing that zod refuses, and bounds the depth of what no schema looks at. It may refuse an odd
 * value that zod takes (a record with an own key `__proto__`), so `findProblem` has the last word.
 */
export type Accepts = (value: unknown) => boolean;

/** How deep a value that is handed on unread may be nested: far beyond any use, far below a stack overflow. */
export const MAX_DEPTH = 200;

const compiled = new WeakMap<z.core.$ZodType, Accepts>();

/** The predicate of a schema. Compiled at first use and kept. */
export function accepts(schema: z.core.$ZodType): Accepts {
  let predicate = compiled.get(schema);
  if (predicate === undefined) {
    predicate = compile(schema);
    compiled.set(schema, predicate);
  }
  return predicate;
}

/** Whether a value handed on unread is nested at most `MAX_DEPTH` levels deep. */
export function isShallow(value: unknown, levels: number = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isShallow(item, levels - 1)) return false;
    return true;
  }
  const record = value as Record<string, unknown>;
  for (const key in record) if (!isShallow(record[key], levels - 1)) return false;
  return true;
}

/** Whether a value is a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema's definition, as a union that `switch` can tell apart. */
export function definitionOf(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"]["def"] {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** Whether a key may be absent. */
export function isOptional(schema: z.core.$ZodType): boolean {
  return schema._zod.optin !== undefined;
}

/** The options of a discriminated union by the value of their discriminator. */
export function optionsByTag(definition: z.core.$ZodDiscriminatedUnionDef): Map<unknown, z.core.$ZodType> {
  const options = new Map<unknown, z.core.$ZodType>();
  for (const option of definition.options) {
    for (const tag of option._zod.propValues?.[definition.discriminator] ?? []) options.set(tag, option);
  }
  return options;
}

function compile(schema: z.core.$ZodType): Accepts {
  const definition = definitionOf(schema);
  const shape = compileShape(schema, definition);
  if (definition.checks === undefined || definition.checks.length === 0) return shape;
  const whole = compileWithZod(schema);
  // zod does not look at the depth of what it hands on
  const isContainer = definition.type === "array" || definition.type === "object" || definition.type === "record";
  return isContainer ? (value) => shape(value) && whole(value) : whole;
}

/** The predicate without the schema's checks: lengths, ranges, patterns. */
function compileShape(schema: z.core.$ZodType, definition: z.core.$ZodTypes["_zod"]["def"]): Accepts {
  switch (definition.type) {
    case "optional": {
      const inner = accepts(definition.innerType);
      return (value) => value === undefined || inner(value);
    }
    case "nullable": {
      const inner = accepts(definition.innerType);
      return (value) => value === null || inner(value);
    }
    case "string":
      // a format such as z.email() is a check of its own
      return "format" in definition ? compileWithZod(schema) : (value) => typeof value === "string";
    case "number":
      return "format" in definition ? compileWithZod(schema) : Number.isFinite;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "unknown":
      return isShallow;
    case "enum":
    case "literal": {
      const values: ReadonlySet<unknown> | undefined = schema._zod.values;
      return values === undefined ? compileWithZod(schema) : (value) => values.has(value);
    }
    case "array": {
      const element = accepts(definition.element);
      return (value) => {
        if (!Array.isArray(value)) return false;
        for (const item of value) if (!element(item)) return false;
        return true;
      };
    }
    case "object":
      return compileObject(schema, definition);
    case "record": {
      const keyDefinition = definitionOf(definition.keyType);
      if (keyDefinition.type !== "string") return compileWithZod(schema);
      const key = accepts(definition.keyType);
      const item = accepts(definition.valueType);
      return (value) => isRecord(value) && Object.keys(value).every((name) => key(name) && item(value[name]));
    }
    case "union":
      return compileUnion(definition);
    default:
      return compileWithZod(schema);
  }
}

function compileObject(schema: z.core.$ZodType, definition: z.core.$ZodObjectDef): Accepts {
  // only z.looseObject: a strict or plain object treats unknown keys in its own way
  if (definition.catchall?._zod.def.type !== "unknown") return compileWithZod(schema);
  const fields = new Map(Object.entries(definition.shape).map(([key, field]) => [key, accepts(field)]));
  const required = Object.keys(definition.shape).filter((key) => !isOptional(definition.shape[key] as z.core.$ZodType));
  return (value) => {
    if (!isRecord(value)) return false;
    for (const key of required) if (value[key] === undefined) return false;
    for (const key in value) {
      const field = fields.get(key) ?? isShallow;
      if (!field(value[key])) return false;
    }
    return true;
  };
}

function compileUnion(definition: z.core.$ZodUnionDef): Accepts {
  if (!isDiscriminated(definition)) {
    const options = definition.options.map((option) => accepts(option));
    return (value) => options.some((option) => option(value));
  }
  const { discriminator } = definition;
  const options = new Map([...optionsByTag(definition)].map(([tag, option]) => [tag, accepts(option)]));
  return (value) => isRecord(value) && options.get(value[discriminator])?.(value) === true;
}

export function isDiscriminated(definition: z.core.$ZodUnionDef): definition is z.core.$ZodDiscriminatedUnionDef {
  return "discriminator" in definition;
}

function compileWithZod(schema: z.core.$ZodType): Accepts {
  const context = { async: false } as const;
  return (value) => {
    const result = schema._zod.run({ value, issues: [] }, context);
    return !(result instanceof Promise) && result.issues.length === 0;
  };
}

import * as z from "zod";
import { accepts, definitionOf, isDiscriminated, isRecord, isShallow, MAX_DEPTH, optionsByTag } from "./accepts.ts";
import { oneOfSentence, sentence } from "./fields.ts";

/** What is wrong with a value, and where. */
export interface Problem {
  /** Dotted path of the deepest field at fault, e.g. `messages.0.content.1.image_url.url`. */
  path: string;
  /** What was expected there, in a sentence without a full stop. */
  message: string;
}

/** Longest key that a path shows in full. */
const MAX_KEY_LENGTH = 64;

/**
 * The first problem that a schema has with a value, undefined when zod takes it.
 * Descends by itself to the deepest value at fault and asks zod only there: a long array of wrong items costs no
 * more than its first one, and a union is blamed in the option that the value was meant to be.
 */
export function findProblem(schema: z.core.$ZodType, value: unknown, path: string): Problem | undefined {
  if (accepts(schema)(value)) return undefined;
  return problemInside(schema, value, path) ?? problemOf(schema, value, path);
}

/** A problem in one of the value's fields or items. */
function problemInside(schema: z.core.$ZodType, value: unknown, path: string): Problem | undefined {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case "optional":
    case "nullable":
      return value == null ? undefined : problemInside(definition.innerType, value, path);
    case "array":
      if (!Array.isArray(value)) return undefined;
      return first(value.keys(), (index) => findProblem(definition.element, value[index], join(path, String(index))));
    case "record":
      if (!isRecord(value)) return undefined;
      return first(Object.keys(value), (key) => {
        const inner = join(path, key);
        // zod passes over this key, whatever it holds
        if (key === "__proto__") return depthProblem(value[key], inner);
        return findProblem(definition.keyType, key, inner) ?? findProblem(definition.valueType, value[key], inner);
      });
    case "object": {
      if (!isRecord(value)) return undefined;
      const { shape } = definition;
      const absent = Object.keys(shape).filter((key) => value[key] === undefined);
      return first([...Object.keys(value), ...absent], (key) => {
        const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
        const inner = join(path, key);
        return field === undefined ? depthProblem(value[key], inner) : findProblem(field, value[key], inner);
      });
    }
    case "union":
      return isDiscriminated(definition)
        ? problemInVariant(definition, value, path)
        : problemInOption(definition, value, path);
    default:
      return undefined;
  }
}

function problemInVariant(
  definition: z.core.$ZodDiscriminatedUnionDef,
  value: unknown,
  path: string,
): Problem | undefined {
  if (!isRecord(value)) return undefined;
  const options = optionsByTag(definition);
  const tag = value[definition.discriminator];
  const option = options.get(tag);
  if (option !== undefined) return findProblem(option, value, path);
  return { path: join(path, definition.discriminator), message: oneOfSentence([...options.keys()], tag) };
}

/** Looks into the one option that takes arrays, or objects, when the value is one. */
function problemInOption(definition: z.core.$ZodUnionDef, value: unknown, path: string): Problem | undefined {
  const kinds = Array.isArray(value) ? ["array"] : isRecord(value) ? ["object", "record", "union"] : [];
  const option = definition.options.find((candidate) => kinds.includes(definitionOf(candidate).type));
  return option === undefined ? undefined : findProblem(option, value, path);
}

/** What zod says of the value itself. */
function problemOf(schema: z.core.$ZodType, value: unknown, path: string): Problem | undefined {
  const issue = z.safeParse(schema, value, { error: explain }).error?.issues[0];
  if (issue === undefined) return depthProblem(value, path);
  return { path: issue.path.reduce<string>((parent, key) => join(parent, String(key)), path), message: issue.message };
}

function depthProblem(value: unknown, path: string): Problem | undefined {
  return isShallow(value) ? undefined : { path, message: `nested more than ${MAX_DEPTH} levels deep` };
}

const TYPE_WORDS: Record<string, string> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "an array",
};

/** The sentence for what a schema has none of its own for; undefined leaves it to zod. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return sentence(TYPE_WORDS[issue.expected] ?? issue.expected, issue.input);
    case "invalid_value":
      return oneOfSentence(issue.values, issue.input);
    default:
      return undefined;
  }
}

function first<Item>(items: Iterable<Item>, find: (item: Item) => Problem | undefined): Problem | undefined {
  for (const item of items) {
    const problem = find(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function join(path: string, key: string): string {
  const shown = key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
  return path === "" ? shown : `${path}.${shown}`;
}

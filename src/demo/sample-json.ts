/** A schema that refers to itself stops here. */
const MAX_DEPTH = 8;
/** Values in one sample: a schema comes from a client, and a small one can ask for a very large value. */
const MAX_VALUES = 1000;
const MAX_STRING_CHARS = 1000;

type Schema = Record<string, unknown>;

/** Where we are in the schema. */
interface Place {
  /** The whole document, in which `$ref` is looked up. */
  root: Schema;
  depth: number;
  /** Counts down over the whole sample. */
  budget: { values: number };
}

/**
 * A value that a JSON Schema accepts, the same each time: the required properties of objects (all of them when the
 * schema names none as required), one item in arrays, the first of several choices. `pattern` is not honoured.
 */
export function sampleJson(schema: unknown): unknown {
  if (!isObject(schema)) return {};
  return sample(schema, "value", { root: schema, depth: 0, budget: { values: MAX_VALUES } });
}

function sample(schema: Schema, name: string, place: Place): unknown {
  place.budget.values -= 1;
  if (place.depth >= MAX_DEPTH || place.budget.values < 0) return null;
  const inner = { ...place, depth: place.depth + 1 };

  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  if ("default" in schema) return schema.default;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];

  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === "string") return sample(merge([rest, lookUp($ref, place.root)]), name, inner);
  if (Array.isArray(allOf)) return sample(merge([rest, ...allOf.filter(isObject)]), name, inner);
  const choice = [anyOf, oneOf].flatMap(toSchemas).find((candidate) => candidate.type !== "null");
  if (choice) return sample(merge([rest, choice]), name, inner);

  switch (typeOf(schema)) {
    case "integer":
    case "number":
      return sampleNumber(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return sampleArray(schema, name, inner);
    case "object":
      return sampleObject(schema, inner);
    default:
      return sampleString(schema, name);
  }
}

function typeOf(schema: Schema): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== "null") ?? "null";
  if (schema.type !== undefined) return schema.type;
  if ("properties" in schema || "required" in schema) return "object";
  return "items" in schema ? "array" : "string";
}

function sampleObject(schema: Schema, place: Place): Schema {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const names = Array.isArray(schema.required) ? schema.required.map(String) : Object.keys(properties);
  const sampleOf = (property: unknown, name: string) => sample(isObject(property) ? property : {}, name, place);
  return Object.fromEntries(names.slice(0, MAX_VALUES).map((name) => [name, sampleOf(properties[name], name)]));
}

function sampleArray(schema: Schema, name: string, place: Place): unknown[] {
  const prefix = toSchemas(schema.prefixItems);
  const items = isObject(schema.items) ? schema.items : {};
  const wanted = Math.max(numberOr(schema.minItems, 1), prefix.length);
  const length = Math.min(wanted, numberOr(schema.maxItems, wanted), MAX_VALUES);
  return Array.from({ length }, (_, index) => sample(prefix[index] ?? items, name, place));
}

const FORMATS: Record<string, string> = {
  date: "2026-01-31",
  time: "12:00:00Z",
  "date-time": "2026-01-31T12:00:00Z",
  duration: "PT1H",
  email: "demo@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function sampleString(schema: Schema, name: string): string {
  const format = typeof schema.format === "string" ? FORMATS[schema.format] : undefined;
  const fewest = Math.min(numberOr(schema.minLength, 0), MAX_STRING_CHARS);
  const most = Math.min(numberOr(schema.maxLength, MAX_STRING_CHARS), MAX_STRING_CHARS);
  return (format ?? `demo ${name}`).padEnd(fewest, ".").slice(0, most);
}

/** 1 when it is allowed, else the first allowed number near the bounds. */
function sampleNumber(schema: Schema): number {
  const isInteger = typeOf(schema) === "integer";
  const above = numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY);
  const below = numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY);
  const least = numberOr(schema.minimum, Number.NEGATIVE_INFINITY);
  const most = numberOr(schema.maximum, Number.POSITIVE_INFINITY);
  const step = numberOr(schema.multipleOf, isInteger ? 1 : 0);
  const isStep = (value: number) => step <= 0 || Math.abs(value / step - Math.round(value / step)) < 1e-9;
  const isAllowed = (value: number) =>
    Number.isFinite(value) && value >= least && value > above && value <= most && value < below && isStep(value);

  const low = Math.max(least, above);
  const high = Math.min(most, below);
  const firstStep = Math.ceil(low / step) * step;
  const lastStep = Math.floor(high / step) * step;
  const near = [1, step, low, high, (low + high) / 2, low + 1, high - 1];
  return [...near, firstStep, firstStep + step, lastStep, lastStep - step].find(isAllowed) ?? 0;
}

/** The schema that a reference inside the document names (`#/$defs/place`); an unknown one accepts anything. */
function lookUp(reference: string, root: Schema): Schema {
  let found: unknown = root;
  for (const step of reference.replace(/^#/, "").split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isObject(found) ? found : {};
}

/** Several schemas as one: their properties and required names together, else a later word over an earlier one. */
function merge(schemas: Schema[]): Schema {
  const merged: Schema = Object.assign({}, ...schemas);
  const required = schemas.flatMap((schema) => (Array.isArray(schema.required) ? schema.required : []));
  if (required.length > 0) merged.required = [...new Set(required)];
  if (merged.properties) merged.properties = Object.assign({}, ...schemas.map((schema) => schema.properties));
  return merged;
}

function toSchemas(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

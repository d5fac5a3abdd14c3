import { invalidField } from "../../errors.ts";
import type { ReadDocument } from "./document.ts";

/** JSON: each element of an array is a record, anything else is one. */
export function readJson(source: string): ReadDocument {
  const value = parse(source, "the file is not valid JSON");
  return toDocument(Array.isArray(value) ? value : [value]);
}

/** JSON lines: each line is a record. */
export function readJsonLines(source: string): ReadDocument {
  const lines = source.split("\n").map((line, index) => ({ line, number: index + 1 }));
  const values = lines
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => parse(line, `line ${number} is not valid JSON`));
  return toDocument(values);
}

function parse(source: string, problem: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw invalidField("file", problem);
  }
}

function toDocument(values: unknown[]): ReadDocument {
  const records = values.map((value) => linesOf(value, "", 0).join("\n")).filter((record) => record !== "");
  return { pages: null, sections: [{ page: null, records }] };
}

/** Nobody reads deeper. */
const MAX_DEPTH = 100;

/** What a value holds, as lines of `path: value`; nothing for nulls and empty texts. */
function linesOf(value: unknown, path: string, depth: number): string[] {
  if (depth > MAX_DEPTH) throw invalidField("file", `values are nested deeper than ${MAX_DEPTH}`);
  if (value === null || value === "") return [];
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  if (Array.isArray(value) && isPlain(value)) return linesOf(value.filter(isThere).join(", "), path, depth);
  if (typeof value === "object")
    return Object.entries(value).flatMap(([name, inner]) => linesOf(inner, at(name), depth + 1));
  return [path === "" ? String(value) : `${path}: ${value}`];
}

/** A list of plain values is one line, as people write it. */
function isPlain(values: unknown[]): boolean {
  return values.every((value) => typeof value !== "object" || value === null);
}

function isThere(value: unknown): boolean {
  return value !== null && value !== "";
}

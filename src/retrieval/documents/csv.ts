import type { ReadDocument } from "./document.ts";

/**
 * Comma-separated values by RFC 4180, or with tabs: the first record names the columns, each other one becomes lines of
 * `name: value`. A first record with semicolons and no comma is separated by semicolons, as some spreadsheets write it.
 */
export function readCsv(source: string, separator: "," | "\t"): ReadDocument {
  const [names = [], ...rows] = parseCsv(source, separatorOf(source, separator));
  const records = rows.map((row) => toRecord(names, row)).filter((record) => record !== "");
  // Names alone may be all there is.
  const only = names.filter((name) => name.trim() !== "").join("\n");
  return { pages: null, sections: [{ page: null, records: rows.length === 0 && only !== "" ? [only] : records }] };
}

function separatorOf(source: string, separator: string): string {
  const [first = ""] = source.split("\n", 1);
  return separator === "," && !first.includes(",") && first.includes(";") ? ";" : separator;
}

function toRecord(names: string[], row: string[]): string {
  const lines = row.flatMap((value, index) => {
    if (value.trim() === "") return [];
    return [`${names[index]?.trim() || `column ${index + 1}`}: ${value.trim()}`];
  });
  return lines.join("\n");
}

/** Records of fields. A quoted field may hold separators, line ends and, doubled, quotes; empty lines are no records. */
export function parseCsv(source: string, separator: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  const close = () => {
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  };
  while (at < source.length) {
    const { value, end } = source[at] === '"' ? quotedField(source, at, separator) : plainField(source, at, separator);
    record.push(value);
    at = end + 1;
    if (source[end] !== separator) close();
    else if (at === source.length) record.push("");
  }
  if (record.length > 0) close();
  return records;
}

interface Field {
  value: string;
  /** Where its separator or line end stands. */
  end: number;
}

function plainField(source: string, start: number, separator: string): Field {
  let end = start;
  while (end < source.length && source[end] !== separator && source[end] !== "\n") end++;
  return { value: source.slice(start, end), end };
}

function quotedField(source: string, start: number, separator: string): Field {
  let value = "";
  for (let from = start + 1; ; ) {
    const quote = source.indexOf('"', from);
    if (quote === -1) return { value: value + source.slice(from), end: source.length };
    value += source.slice(from, quote);
    if (source[quote + 1] === '"') {
      value += '"';
      from = quote + 2;
      continue;
    }
    // What stands between the closing quote and the separator belongs to the field, though it should not be there.
    const rest = plainField(source, quote + 1, separator);
    return { value: value + rest.value, end: rest.end };
  }
}

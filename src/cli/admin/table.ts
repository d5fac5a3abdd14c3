/** A cell as it is read from JSON. */
export type Cell = string | number | boolean | null | undefined;

/** Rows below their headings, each column as wide as its widest cell; numbers stand at the right. */
export function table(headings: string[], rows: Cell[][], nothing: string): string {
  if (rows.length === 0) return nothing;
  const isNumber = headings.map((_, column) => rows.every((row) => typeof (row[column] ?? 0) === "number"));
  const lines = [headings, ...rows.map((row) => headings.map((_, column) => show(row[column])))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0, isNumber[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names beside their values, one a line. */
export function facts(pairs: Record<string, Cell>): string {
  const width = Math.max(...Object.keys(pairs).map(widthOf));
  return Object.entries(pairs)
    .map(([name, value]) => `${pad(name, width)}  ${show(value)}`.trimEnd())
    .join("\n");
}

/** US dollars with as many decimals as they need, two at least. */
export function dollars(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "-";
  return `$${usd.toFixed(9).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

/** The day and minute of an ISO time, in UTC. */
export function minute(time: string | null | undefined): string {
  return time ? time.slice(0, 16).replace("T", " ") : "-";
}

function show(cell: Cell): string {
  if (cell === null || cell === undefined || cell === "") return "-";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  // A name may hold what moves a terminal's cursor.
  return String(cell).replace(/\p{Cc}/gu, "�");
}

/** Letters, not UTF-16 units. */
function widthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, isRight = false): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return isRight ? space + text : text + space;
}

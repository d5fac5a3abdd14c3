import { matchesOf } from "../context.ts";
import type { PiiSpan } from "../settings.ts";
import type { Lexicon, WordKind } from "./lexicon.ts";
import { fold } from "./tokens.ts";

/** Names in tables: rows of text under a line of headings, and the values of an SQL insert. */

/** As many lines and as long ones as are looked at. */
const MOST_LINES = 2_000;
const LONGEST_LINE = 2_000;
/** A column of names, or of parts of them. */
const NAME_COLUMN =
  /^(?:(?:first|last|given|family|middle|maiden|full|customer|client|patient|employee|contact|guest|passenger|student|user|cardholder|account|nominee|display)?[ _-]?names?|first|last|sur ?name|fore ?name|fname|lname|holder|cardholder|(?:full|first|last)[ _]?name[ _](?:kana|latin)|vor ?name|nach ?name|familienname|nom(?: de famille)?|pr[ée]noms?|nombres?|apellidos?|nome|cognome|sobrenome|voornaam|achternaam|imi[ęe]|nazwisko|imi[ęe] i nazwisko|f[öo]rnamn|efternamn|fornavn|etternavn|etunimi|sukunimi|jm[ée]no|p[řr][íi]jmen[íi]|keresztn[ée]v|vezet[ée]kn[ée]v|prenume|nume|ad|soyad[ıi]?|ad[ıi]? soyad[ıi]?|имя|фамилия|отчество|фио|姓名|氏名|名前|姓|名|이름|성명)$/iu;
/** Columns that may as well hold the names of things: what is in them has to look like a person. */
const PLAIN_COLUMN = /^(?:names?|nom|nome|nombre|nume|ad|holder|account[ _-]?name|display[ _-]?name)$/iu;
const CELL_NAME =
  /^\p{Lu}[\p{L}\p{M}'.-]*(?: (?:\p{Lu}[\p{L}\p{M}'.-]*|van|von|de|da|dos|del|la|der|den|di|bin|al|el)){0,4}$/u;
const INSERT = /insert into [\w.`"[\]]{1,80} ?\(([^()]{1,400})\) ?values/giu;
const INSERTED = /insert into/i;
const QUOTED_PAIR = /'(\p{Lu}[\p{L}-]{1,24})(', ?')(\p{Lu}[\p{L}-]{1,24})'/gu;
const VALUES = /\(([^()]{1,800})\)/guy;

interface Cell {
  start: number;
  text: string;
}

/** Names below a heading that announces them. */
export function findInCells(text: string, lexicon: Lexicon): PiiSpan[] {
  return [
    ...inRows(text, lexicon),
    ...inInserts(text, lexicon),
    ...(INSERTED.test(text) ? inPairs(text, lexicon) : []),
  ];
}

function inRows(text: string, lexicon: Lexicon): PiiSpan[] {
  const spans: PiiSpan[] = [];
  let columns: string[] = [];
  let separator = "";
  let start = 0;
  for (const line of text.split("\n").slice(0, MOST_LINES)) {
    const found = line.length > LONGEST_LINE ? "" : separatorOf(line);
    const cells = found === "" ? [] : cellsOf(line, start, found);
    if (found !== separator || cells.length !== columns.length || isHeading(cells)) {
      separator = isHeading(cells) ? found : "";
      columns = isHeading(cells) ? cells.map((cell) => cell.text) : [];
    } else if (separator !== "") spans.push(...namesIn(cells, columns, lexicon));
    start += line.length + 1;
  }
  return spans;
}

function isHeading(cells: Cell[]): boolean {
  return (
    cells.length > 1 &&
    cells.some((cell) => NAME_COLUMN.test(cell.text)) &&
    cells.every((cell) => !/\d{2}|@/.test(cell.text))
  );
}

/** What most likely stands between the cells; empty when nothing does. */
function separatorOf(line: string): string {
  return ["\t", "|", ";", ","].find((separator) => line.includes(separator)) ?? "";
}

function cellsOf(row: string, start: number, separator: string): Cell[] {
  const cells: Cell[] = [];
  let from = start;
  for (const piece of row.split(separator)) {
    const inner = piece.replace(/^[\s"'`]+|[\s"'`]+$/g, "");
    cells.push({ start: from + piece.indexOf(inner), text: inner });
    from += piece.length + separator.length;
  }
  const isBordered = cells.length > 2 && cells[0]?.text === "" && cells.at(-1)?.text === "";
  return isBordered ? cells.slice(1, -1) : cells;
}

function namesIn(cells: Cell[], columns: string[], lexicon: Lexicon): PiiSpan[] {
  return cells
    .filter((cell, index) => isNameCell(cell.text, columns[index] ?? "", lexicon))
    .map((cell) => ({ start: cell.start, end: cell.start + cell.text.length, type: "PERSON" }));
}

function isNameCell(text: string, column: string, lexicon: Lexicon): boolean {
  if (!NAME_COLUMN.test(column) || text.length > 60 || !CELL_NAME.test(text)) return false;
  const kinds = text.split(/[ .]+/).map((word) => lexicon.kindOf(fold(word)));
  if (kinds.some((kind) => kind.given === "strong" || (kind.surname && !kind.isOrdinary))) return true;
  return !PLAIN_COLUMN.test(column) && !kinds.every(({ stop }) => stop);
}

/** Two values next to each other of which one is a given name for sure: `VALUES (77, 'Rosa', 'Huber')`. */
function inPairs(text: string, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(text, QUOTED_PAIR).flatMap(({ start, match }) => {
    const [, one = "", gap = "", other = ""] = match;
    const kinds = [one, other].map((word) => lexicon.kindOf(fold(word)));
    if (!kinds.some((kind) => kind.given === "strong") || !kinds.every(isLikely)) return [];
    const second = start + 1 + one.length + gap.length;
    return [
      { start: start + 1, end: start + 1 + one.length, type: "PERSON" as const },
      { start: second, end: second + other.length, type: "PERSON" as const },
    ];
  });
}

function isLikely({ isOrdinary, stop, surname, given }: WordKind): boolean {
  return given === "strong" || surname || !(isOrdinary || stop);
}

/** `INSERT INTO staff (surname, …) VALUES ('Huber', …), (…)`. */
function inInserts(text: string, lexicon: Lexicon): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const match of text.matchAll(INSERT)) {
    const columns = cellsOf(match[1] ?? "", 0, ",").map((cell) => cell.text);
    VALUES.lastIndex = match.index + match[0].length;
    for (let at = skipped(text, VALUES.lastIndex); ; at = skipped(text, VALUES.lastIndex)) {
      VALUES.lastIndex = at;
      const row = VALUES.exec(text);
      if (row === null) break;
      spans.push(...namesIn(cellsOf(row[1] ?? "", row.index + 1, ","), columns, lexicon));
    }
  }
  return spans;
}

function skipped(text: string, from: number): number {
  return from + (/^[\s,]{0,8}/.exec(text.slice(from, from + 8))?.[0].length ?? 0);
}

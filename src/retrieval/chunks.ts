import { invalidField } from "../errors.ts";
import type { ReadDocument, Section } from "./documents/document.ts";
import { LIMITS } from "./limits.ts";
import { type PieceSize, splitText } from "./split.ts";

/** A piece of a document, as it is found and shown. */
export interface Piece {
  title: string;
  /** Path of headings; empty where there is none. */
  heading: string;
  text: string;
  page: number | null;
}

export interface Named {
  /** The client's; undefined: what the document says. */
  title?: string | undefined;
  fileName: string;
}

/** The title of a document: the one that was given, else its own, else the name of its file. */
export function titleOf(document: ReadDocument, { title, fileName }: Named): string {
  return title ?? document.title ?? fileName;
}

/** A document cut into chunks. Throws a 400 for one without text or with too many chunks. */
export function toPieces(document: ReadDocument, named: Named, size: PieceSize): Piece[] {
  const documentTitle = titleOf(document, named);
  const pieces = document.sections.flatMap((section) => {
    const { heading = "", page } = section;
    const title = named.title ?? (heading || documentTitle);
    return textsOf(section, size).map((text) => ({ title, heading, text, page }));
  });
  if (pieces.length === 0) throw invalidField("file", "no text in document");
  if (pieces.length > LIMITS.chunksPerDocument) {
    const problem = `a document has at most ${LIMITS.chunksPerDocument} chunks, this one has ${pieces.length}`;
    throw invalidField("file", problem);
  }
  return pieces;
}

function textsOf({ text, records }: Section, size: PieceSize): string[] {
  return records ? packRecords(records, size) : splitText(text ?? "", size);
}

/** What stands between two records of one chunk. */
const BETWEEN = "\n\n";

/** Records, as many in a chunk as fit; one that does not fit by itself is split. */
function packRecords(records: string[], size: PieceSize): string[] {
  const chunks: string[] = [];
  let current = "";
  for (const record of records) {
    if (current !== "" && current.length + BETWEEN.length + record.length <= size.chunkSize) {
      current += BETWEEN + record;
      continue;
    }
    if (current !== "") chunks.push(current);
    current = "";
    if (record.length <= size.chunkSize) current = record;
    else chunks.push(...splitText(record, size));
  }
  if (current !== "") chunks.push(current);
  return chunks;
}

import { type Found, fuse } from "./fuse.ts";
import { cosine, fromBytes } from "./vectors.ts";
import { toIndexText } from "./words.ts";

/** What SQLite takes and gives. */
export type SqlValue = string | number | null | ArrayBuffer | Uint8Array;
/** Runs a statement; rows may be read as they come. */
export type Sql = <Row>(statement: string, ...values: SqlValue[]) => Iterable<Row>;

/** A chunk that is to be stored. */
export interface NewChunk {
  id: string;
  title: string;
  text: string;
  page: number | null;
  fileName: string;
  /** Found by, but not shown: where in its document it stands. */
  heading: string;
  context: Record<string, string>;
  /** Unit-length 32-bit floats; null where the table has no vectors. */
  vector: ArrayBuffer | null;
}

export interface StoredChunk extends Omit<NewChunk, "vector" | "heading"> {
  /** Empty for a row that came without a document. */
  documentId: string;
}

/** A chunk that answers a query. */
export interface FoundChunk extends Omit<Found, "seq"> {
  chunk: StoredChunk;
}

export interface IndexQuery {
  /** A full-text expression; undefined: no keyword search. */
  match: string | undefined;
  /** Of unit length; undefined: no vector search. */
  vector: Float32Array | undefined;
  /** Where each of the two lists is cut. */
  depth: number;
  /** Chunks that are given at most, best first. */
  limit: number;
  /** Text that is given at most: what does not fit is left out at the end. */
  maxChars: number;
}

/** A hit in the title counts as much as so many in the text. */
const TITLE_WEIGHT = 2;

/** `chunk_text` keeps no text of its own: what is indexed differs from what is shown. */
const SCHEMA = [
  `create table if not exists chunk (
    seq integer primary key, id text not null unique, document_id text not null, title text not null, text text not null,
    page integer, file_name text not null, context text not null, vector blob
  )`,
  "create index if not exists chunk_by_document on chunk (document_id)",
  `create virtual table if not exists chunk_text using fts5(
    title, text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  )`,
];

type Row = Omit<StoredChunk, "context"> & { seq: number; context: string };

const COLUMNS = "seq, id, document_id as documentId, title, text, page, file_name as fileName, context";

/**
 * Chunks in SQLite, found by their words and by their vectors. Knows no runtime: a Durable Object gives it its storage,
 * Node its own SQLite.
 */
export class ChunkIndex {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Makes the tables where they are not there. */
  create(): void {
    for (const statement of SCHEMA) this.#run(statement);
  }

  count(): number {
    return this.#all<{ count: number }>("select count(*) as count from chunk")[0]?.count ?? 0;
  }

  /** Stores chunks at the end; the caller sees to the transaction. */
  add(documentId: string, chunks: Iterable<NewChunk>): number {
    let added = 0;
    for (const { id, title, text, page, fileName, heading, context, vector } of chunks) {
      const values = [id, documentId, title, text, page, fileName, JSON.stringify(context), vector];
      const [row] = this.#all<{ seq: number }>(
        `insert into chunk (id, document_id, title, text, page, file_name, context, vector)
           values (?, ?, ?, ?, ?, ?, ?, ?) returning seq`,
        ...values,
      );
      const names = [...new Set([title, heading, fileName])].join(" ");
      this.#run(
        "insert into chunk_text (rowid, title, text) values (?, ?, ?)",
        row?.seq ?? 0,
        toIndexText(names),
        toIndexText(text),
      );
      added++;
    }
    return added;
  }

  /** Deletes chunks by their own or their document's id, and says how many. */
  remove(by: "id" | "document_id", id: string): number {
    const rows = this.#all<{ seq: number }>(`delete from chunk where ${by} = ? returning seq`, id);
    for (const { seq } of rows) this.#run("delete from chunk_text where rowid = ?", seq);
    return rows.length;
  }

  /** Chunks in the order in which they were stored. */
  list({ limit, offset }: { limit: number; offset: number }): StoredChunk[] {
    const rows = this.#all<Row>(`select ${COLUMNS} from chunk order by seq limit ? offset ?`, limit, offset);
    return rows.map(toChunk);
  }

  /** The chunks that answer a query, best first. */
  search({ match, vector, depth, limit, maxChars }: IndexQuery): FoundChunk[] {
    const keyword = match === undefined ? [] : this.#byWords(match, depth);
    const alike = vector === undefined ? [] : this.#byVector(vector, depth);
    const found: FoundChunk[] = [];
    let chars = 0;
    for (const { seq, ...facts } of fuse(keyword, alike).slice(0, limit)) {
      const [row] = this.#all<Row>(`select ${COLUMNS} from chunk where seq = ?`, seq);
      if (!row) continue;
      chars += row.text.length + row.title.length;
      if (chars > maxChars && found.length > 0) break;
      found.push({ ...facts, chunk: toChunk(row) });
    }
    return found;
  }

  #byWords(match: string, depth: number): number[] {
    const rows = this.#all<{ seq: number }>(
      `select rowid as seq from chunk_text where chunk_text match ?
         order by bm25(chunk_text, ${TITLE_WEIGHT}, 1), rowid limit ?`,
      match,
      depth,
    );
    return rows.map(({ seq }) => seq);
  }

  /** Reads every vector once, one after the other: all of them together may not fit into memory. */
  #byVector(vector: Float32Array, depth: number): number[] {
    const best: { seq: number; score: number }[] = [];
    const rows = this.#sql<{ seq: number; vector: ArrayBuffer | Uint8Array }>(
      "select seq, vector from chunk where vector is not null order by seq",
    );
    for (const row of rows) {
      const score = cosine(vector, fromBytes(row.vector));
      // What has nothing in common with the query is no answer, however short the list is.
      if (score > 0) best.push({ seq: row.seq, score });
    }
    best.sort((a, b) => b.score - a.score || a.seq - b.seq);
    return best.slice(0, depth).map(({ seq }) => seq);
  }

  #all<T>(statement: string, ...values: SqlValue[]): T[] {
    return [...this.#sql<T>(statement, ...values)];
  }

  #run(statement: string, ...values: SqlValue[]): void {
    this.#all(statement, ...values);
  }
}

function toChunk({ seq: _, context, ...row }: Row): StoredChunk {
  return { ...row, context: JSON.parse(context) };
}

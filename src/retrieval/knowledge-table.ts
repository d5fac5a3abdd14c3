import { DurableObject } from "cloudflare:workers";
import { ChunkIndex, type FoundChunk, type IndexQuery, type NewChunk, type StoredChunk } from "./chunk-index.ts";
import { refusalOf } from "./limits.ts";

/** What a table is made with. */
export interface NewTable {
  id: string;
  name: string;
  projectId: string;
  /** Null: it is searched by words only. */
  embeddingModel: string | null;
  /** Characters, overlap included. */
  chunkSize: number;
  chunkOverlap: number;
  createdAtMs: number;
}

export interface Table extends NewTable {
  /** Length of its vectors; null before the first. */
  dimensions: number | null;
  documents: number;
  chunks: number;
}

export interface StoredDocument {
  id: string;
  fileName: string;
  title: string;
  /** Null where the document has no pages. */
  pages: number | null;
  context: Record<string, string>;
  chunks: number;
  createdAtMs: number;
}

/** What is stored at once, or not at all. */
export interface Addition {
  /** Null: rows that belong to no document. */
  document: Omit<StoredDocument, "chunks"> | null;
  chunks: NewChunk[];
  /** Under which earlier chunks of it were handed over with `stage`. */
  uploadId?: string;
  /** Length of the vectors; null without. */
  dimensions: number | null;
  nowMs: number;
}

/** Whether it was stored; `refused` says which limit it would break. Null: there is no such table. */
export type Outcome = { refused: string | undefined } | null;

/** Chunks of an upload that never came to its end are dropped after this. */
const STAGED_TTL_MS = 600_000;

const SCHEMA = `
  create table about (id integer primary key check (id = 1), facts text not null);
  create table document (
    seq integer primary key, id text not null unique, chunks integer not null, facts text not null
  );
  create table staged (
    seq integer primary key, upload_id text not null, at_ms integer not null, chunk text not null, vector blob
  );
  create index staged_by_upload on staged (upload_id);
`;

type Facts = NewTable & { dimensions: number | null };

/**
 * One knowledge table, `table:<project>:<id>`.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `about` | 1 | what the table is; absent as a whole where it was never made, or was deleted |
 * | `document` | id | what was uploaded, without its text |
 * | `chunk`, `chunk_text` | seq | see `ChunkIndex` |
 * | `staged` | seq | chunks of an upload that is too large for one call |
 */
export class KnowledgeTable extends DurableObject<Cloudflare.Env> {
  readonly #index: ChunkIndex;
  #facts: Facts | undefined;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { sql } = state.storage;
    this.#index = new ChunkIndex(<Row>(statement: string, ...values: (SqlStorageValue | Uint8Array)[]) => {
      return sql.exec(statement, ...(values as SqlStorageValue[])) as unknown as Iterable<Row>;
    });
    const isMade = sql.exec("select 1 from sqlite_master where name = 'about'").toArray().length > 0;
    if (isMade) this.#facts = JSON.parse(sql.exec<{ facts: string }>("select facts from about").one().facts);
  }

  /** Makes the table; false when it is there already. */
  make(table: NewTable): boolean {
    if (this.#facts) return false;
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec(SCHEMA);
      this.#index.create();
      this.#keep({ ...table, dimensions: null });
    });
    return true;
  }

  /** Deletes the table with all that is in it; false when there is none. */
  async drop(): Promise<boolean> {
    if (!this.#facts) return false;
    this.#facts = undefined;
    await this.ctx.storage.deleteAll();
    return true;
  }

  describe(): Table | null {
    if (!this.#facts) return null;
    const { documents } = this.ctx.storage.sql
      .exec<{ documents: number }>("select count(*) as documents from document")
      .one();
    return { ...this.#facts, documents, chunks: this.#index.count() };
  }

  /** Keeps chunks for an addition that is too large for one call. */
  stage(uploadId: string, chunks: NewChunk[], nowMs: number): void {
    if (!this.#facts) return;
    const { sql } = this.ctx.storage;
    sql.exec("delete from staged where at_ms < ?", nowMs - STAGED_TTL_MS);
    for (const { vector, ...chunk } of chunks)
      sql.exec(
        "insert into staged (upload_id, at_ms, chunk, vector) values (?, ?, ?, ?)",
        ...[uploadId, nowMs, JSON.stringify(chunk), vector],
      );
  }

  /** Stores a document or rows, with what was staged for it. */
  add({ document, chunks, uploadId, dimensions, nowMs }: Addition): Outcome {
    const facts = this.#facts;
    if (!facts) return null;
    const { sql } = this.ctx.storage;
    const staged = uploadId === undefined ? 0 : this.#countStaged(uploadId);
    const refused = this.#refusal(facts, staged + chunks.length, dimensions);
    this.ctx.storage.transactionSync(() => {
      if (refused === undefined) {
        let added = 0;
        if (uploadId !== undefined) added += this.#index.add(document?.id ?? "", this.#staged(uploadId));
        added += this.#index.add(document?.id ?? "", chunks);
        if (document) {
          const stored = JSON.stringify(document);
          sql.exec("insert into document (id, chunks, facts) values (?, ?, ?)", document.id, added, stored);
        }
        if (dimensions !== null && facts.dimensions === null) this.#keep({ ...facts, dimensions });
      }
      sql.exec("delete from staged where upload_id = ? or at_ms < ?", uploadId ?? "", nowMs - STAGED_TTL_MS);
    });
    return { refused };
  }

  documents(): StoredDocument[] | null {
    if (!this.#facts) return null;
    const rows = this.ctx.storage.sql.exec<{ chunks: number; facts: string }>(
      "select chunks, facts from document order by seq",
    );
    return rows.toArray().map(({ chunks, facts }) => ({ ...JSON.parse(facts), chunks }));
  }

  /** Deletes a document with its chunks; false when there is none. */
  removeDocument(id: string): boolean | null {
    if (!this.#facts) return null;
    const { sql } = this.ctx.storage;
    return this.ctx.storage.transactionSync(() => {
      if (sql.exec("delete from document where id = ? returning id", id).toArray().length === 0) return false;
      this.#index.remove("document_id", id);
      return true;
    });
  }

  /** Deletes one chunk, of a document or not; false when there is none. */
  removeChunk(id: string): boolean | null {
    if (!this.#facts) return null;
    const { sql } = this.ctx.storage;
    return this.ctx.storage.transactionSync(() => {
      const isThere = this.#index.remove("id", id) > 0;
      if (isThere)
        sql.exec("update document set chunks = (select count(*) from chunk where document_id = document.id)");
      return isThere;
    });
  }

  chunks(range: { limit: number; offset: number }): StoredChunk[] | null {
    return this.#facts ? this.#index.list(range) : null;
  }

  search(query: IndexQuery): FoundChunk[] | null {
    return this.#facts ? this.#index.search(query) : null;
  }

  #refusal(facts: Facts, added: number, dimensions: number | null): string | undefined {
    if (facts.dimensions !== null && dimensions !== null && facts.dimensions !== dimensions)
      return `the table's vectors have ${facts.dimensions} dimensions, its embedding model now gives ${dimensions}`;
    return refusalOf(this.#index.count() + added, dimensions);
  }

  #countStaged(uploadId: string): number {
    return this.ctx.storage.sql
      .exec<{ count: number }>("select count(*) as count from staged where upload_id = ?", uploadId)
      .one().count;
  }

  *#staged(uploadId: string): Iterable<NewChunk> {
    const { sql } = this.ctx.storage;
    const seqs = sql.exec<{ seq: number }>("select seq from staged where upload_id = ? order by seq", uploadId);
    for (const { seq } of seqs.toArray()) {
      const row = sql.exec<{ chunk: string; vector: ArrayBuffer | null }>(
        "select chunk, vector from staged where seq = ?",
        seq,
      );
      const { chunk, vector } = row.one();
      yield { ...JSON.parse(chunk), vector };
    }
  }

  #keep(facts: Facts): void {
    this.ctx.storage.sql.exec("insert or replace into about values (1, ?)", JSON.stringify(facts));
    this.#facts = facts;
  }
}

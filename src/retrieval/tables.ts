import { fromStore, invalidField, RouterError } from "../errors.ts";
import type { FoundChunk, IndexQuery, NewChunk, StoredChunk } from "./chunk-index.ts";
import type { Addition, KnowledgeTable, NewTable, StoredDocument, Table } from "./knowledge-table.ts";
import { LIMITS, TABLE_ID } from "./limits.ts";

/**
 * Knowledge tables: a Durable Object each, and the list of them in KV.
 *
 * | key | value | written by |
 * | --- | --- | --- |
 * | `table:<project>:<id>` | empty | making and deleting a table |
 *
 * KV may be a minute behind: then a new table is missing from the list, though it can be used by its id. Whether a table
 * is there only its object says.
 */
const PREFIX = "table:";
/** What this store is called when it fails. */
const STORE = "knowledge table store";

/** Where the tables of a project are. */
export interface TablePlace {
  namespace: DurableObjectNamespace<KnowledgeTable>;
  kv: KVNamespace;
  projectId: string;
}

/** Text and vectors of one call to an object, which takes 32 MiB at most. */
const MAX_CALL_BYTES = 6 * 1024 * 1024;

/** Makes a table. Throws 409 when its id is taken, 400 when the project has too many. */
export async function makeTable(place: TablePlace, table: NewTable): Promise<Table> {
  const ids = await listIds(place);
  if (ids.length >= LIMITS.tablesPerProject && !ids.includes(table.id))
    throw invalidField("id", `a project has at most ${LIMITS.tablesPerProject} tables`);
  const object = objectOf(place, table.id);
  if (!(await fromStore(STORE, async () => object.make(table))))
    throw new RouterError("conflict", `The table "${table.id}" is there already.`, { metadata: { field: "id" } });
  try {
    await fromStore(STORE, () => place.kv.put(keyOf(place, table.id), ""));
  } catch (error) {
    await object.drop();
    throw error;
  }
  return { ...table, dimensions: null, documents: 0, chunks: 0 };
}

/** A table. Throws 404 when the project has none of this id. */
export async function readTable(place: TablePlace, id: string): Promise<Table> {
  return present(id, await fromStore(STORE, async () => (await objectOf(place, id).describe()) as Table | null));
}

/** Every table of a project, by id. */
export async function listTables(place: TablePlace): Promise<Table[]> {
  const ids = await listIds(place);
  const tables = await fromStore(STORE, () =>
    Promise.all(ids.map(async (id) => (await objectOf(place, id).describe()) as Table | null)),
  );
  return tables.filter((table) => table !== null);
}

/** Deletes a table with all that is in it. Throws 404 when there is none. */
export async function deleteTable(place: TablePlace, id: string): Promise<void> {
  const isDropped = await fromStore(STORE, async () => await objectOf(place, id).drop());
  await fromStore(STORE, () => place.kv.delete(keyOf(place, id)));
  if (!isDropped) throw noTable(id);
}

/** Deletes every table of a project that is gone. */
export async function deleteTables(place: TablePlace): Promise<void> {
  for (const id of await listIds(place)) {
    await fromStore(STORE, async () => await objectOf(place, id).drop());
    await fromStore(STORE, () => place.kv.delete(keyOf(place, id)));
  }
}

/** Stores a document or rows: all of it or nothing. Throws 404 without a table, 400 beyond a limit. */
export async function addToTable(place: TablePlace, id: string, addition: Omit<Addition, "uploadId">): Promise<void> {
  const object = objectOf(place, id);
  const pieces = inPieces(addition.chunks);
  const uploadId = crypto.randomUUID();
  const outcome = await fromStore(STORE, async () => {
    for (const piece of pieces.slice(0, -1)) await object.stage(uploadId, piece, addition.nowMs);
    return (await object.add({ ...addition, chunks: pieces.at(-1) ?? [], uploadId })) as { refused?: string } | null;
  });
  const { refused } = present(id, outcome);
  if (refused !== undefined) throw invalidField("table", refused);
}

/** Chunks in runs that one call takes; at least one run. */
function inPieces(chunks: NewChunk[]): NewChunk[][] {
  const pieces: NewChunk[][] = [[]];
  let bytes = 0;
  for (const chunk of chunks) {
    const size = 2 * (chunk.text.length + chunk.title.length) + (chunk.vector?.byteLength ?? 0);
    bytes += size;
    if (bytes > MAX_CALL_BYTES) {
      pieces.push([]);
      bytes = size;
    }
    pieces.at(-1)?.push(chunk);
  }
  return pieces;
}

/** The documents of a table, oldest first. Throws 404 without a table. */
export async function listDocuments(place: TablePlace, id: string): Promise<StoredDocument[]> {
  const documents = await fromStore(STORE, async () => await objectOf(place, id).documents());
  return present(id, documents as StoredDocument[] | null);
}

/** Deletes a document with its chunks. Throws 404 when there is none. */
export async function deleteDocument(place: TablePlace, id: string, documentId: string): Promise<void> {
  const isThere = await fromStore(STORE, async () => await objectOf(place, id).removeDocument(documentId));
  if (!present(id, isThere)) throw new RouterError("not_found", "Document not found");
}

/** Rows of one call: the longest ones fit into it. */
const ROWS_PER_CALL = 100;

/** Chunks of a table in their order. Throws 404 without a table. */
export async function listChunks(
  place: TablePlace,
  id: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<StoredChunk[]> {
  const object = objectOf(place, id);
  const all: StoredChunk[] = [];
  for (let isOver = false; !isOver && all.length < limit; ) {
    const range = { limit: Math.min(ROWS_PER_CALL, limit - all.length), offset: offset + all.length };
    const chunks = present(
      id,
      await fromStore(STORE, async () => (await object.chunks(range)) as StoredChunk[] | null),
    );
    all.push(...chunks);
    isOver = chunks.length < range.limit;
  }
  return all;
}

/** Deletes a chunk. Throws 404 when there is none. */
export async function deleteChunk(place: TablePlace, id: string, chunkId: string): Promise<void> {
  const isThere = await fromStore(STORE, async () => await objectOf(place, id).removeChunk(chunkId));
  if (!present(id, isThere)) throw new RouterError("not_found", "Row not found");
}

/** The chunks that answer a query, best first. Throws 404 without a table. */
export async function searchTable(place: TablePlace, id: string, query: IndexQuery): Promise<FoundChunk[]> {
  const found = await fromStore(STORE, async () => await objectOf(place, id).search(query));
  return present(id, found as FoundChunk[] | null);
}

function present<T>(id: string, value: T | null): T {
  if (value === null) throw noTable(id);
  return value;
}

function noTable(id: string): RouterError {
  return new RouterError("not_found", `There is no knowledge table "${id.slice(0, 100)}".`);
}

async function listIds(place: TablePlace): Promise<string[]> {
  const prefix = keyOf(place, "");
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor ? { cursor } : {};
    const page = await fromStore(STORE, () => place.kv.list({ prefix, ...from }));
    ids.push(...page.keys.map(({ name }) => name.slice(prefix.length)));
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  return ids;
}

/** Ids of projects hold no colon, so no table has the name of another project's. */
function keyOf({ projectId }: TablePlace, id: string): string {
  return `${PREFIX}${projectId}:${id}`;
}

/** Throws 404 for an id that no table can have. */
function objectOf(place: TablePlace, id: string): DurableObjectStub<KnowledgeTable> {
  if (!TABLE_ID.test(id)) throw noTable(id);
  return place.namespace.getByName(keyOf(place, id));
}

import { invalidField, RouterError } from "../errors.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import type { NewChunk } from "./chunk-index.ts";
import { titleOf, toPieces } from "./chunks.ts";
import { readDocument } from "./documents/read-document.ts";
import type { StoredDocument, Table } from "./knowledge-table.ts";
import { LIMITS, refusalOf } from "./limits.ts";
import { textOf } from "./search.ts";
import { addToTable, readTable, type TablePlace } from "./tables.ts";
import { toUnit } from "./vectors.ts";

/** Where something is added, and who makes its vectors. */
export interface AddSetting {
  place: TablePlace;
  tableId: string;
  embed: SideCalls["embed"];
  nowMs: number;
}

/** A file that a client has sent. */
export interface SentFile {
  fileName: string;
  contentType?: string | undefined;
  bytes: Uint8Array;
  title?: string | undefined;
  context: Record<string, string>;
}

/** A chunk that a client has made itself. */
export type SentRow = Pick<NewChunk, "title" | "text" | "page" | "fileName" | "context">;

type Unembedded = Omit<NewChunk, "vector">;

/**
 * Reads a document and stores its chunks, all of them or none. Throws 415 for a type that cannot be read, 400 for one
 * without text or beyond a limit, 404 without a table, 502 when its embeddings could not be had.
 */
export async function addDocument(setting: AddSetting, file: SentFile): Promise<StoredDocument> {
  const { place, tableId, nowMs } = setting;
  const { fileName, context, bytes } = file;
  const table = await readTable(place, tableId);
  if (bytes.byteLength > LIMITS.bytesPerDocument)
    throw invalidField(
      "file",
      `a document has at most ${LIMITS.bytesPerDocument} bytes, this one has ${bytes.byteLength}`,
    );
  const read = await readDocument(file);
  const pieces = toPieces(read, file, table);
  const chunks = pieces.map((piece) => ({ ...piece, id: crypto.randomUUID(), fileName, context }));
  const document = { id: crypto.randomUUID(), fileName, title: titleOf(read, file), pages: read.pages, context };
  const stored = { ...document, createdAtMs: nowMs };
  await addToTable(place, tableId, { document: stored, ...(await withVectors(setting, table, chunks)), nowMs });
  return { ...stored, chunks: chunks.length };
}

/** Stores rows, all of them or none, and gives the ids of their chunks. Throws as `addDocument` does. */
export async function addRows(setting: AddSetting, rows: SentRow[]): Promise<string[]> {
  const { place, tableId, nowMs } = setting;
  const table = await readTable(place, tableId);
  const chunks = rows.map((row) => ({ ...row, id: crypto.randomUUID(), heading: "" }));
  await addToTable(place, tableId, { document: null, ...(await withVectors(setting, table, chunks)), nowMs });
  return chunks.map(({ id }) => id);
}

/** Chunks with the vectors of their table's model. What would not fit is refused before it costs anything. */
async function withVectors(
  { embed }: AddSetting,
  { embeddingModel, dimensions, chunks: had }: Table,
  chunks: Unembedded[],
): Promise<{ chunks: NewChunk[]; dimensions: number | null }> {
  const refused = refusalOf(had + chunks.length, dimensions);
  if (refused !== undefined) throw invalidField("table", refused);
  if (embeddingModel === null) return { chunks: chunks.map((chunk) => ({ ...chunk, vector: null })), dimensions };
  const vectors = await embedded(embeddingModel, () => embed(embeddingModel, chunks.map(textOf), "document"));
  const length = vectors[0]?.length ?? 0;
  if (vectors.length !== chunks.length || length === 0 || vectors.some((vector) => vector.length !== length))
    throw embeddingFailed();
  const added = chunks.map((chunk, index) => ({ ...chunk, vector: toUnit(vectors[index] as Float32Array).buffer }));
  return { chunks: added, dimensions: length };
}

/** Whose fault a failure is: what the caller can mend is told as it is, anything else is a 502. */
async function embedded<T>(model: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RouterError && error.isUnknownModel)
      throw invalidField("embedding_model", `this table's, ${model}, is not a valid model ID any more`);
    const isCallers =
      error instanceof RouterError && error.status < 500 && error.status !== 429 && error.status !== 408;
    if (isCallers) throw error;
    throw embeddingFailed(error);
  }
}

function embeddingFailed(cause?: unknown): RouterError {
  const message = "The embedding model could not be asked, so nothing was stored. Try again in a moment.";
  const retryAfterMs = cause instanceof RouterError ? cause.retryAfterMs : undefined;
  return new RouterError("provider_unavailable", message, { cause, retryAfterMs });
}

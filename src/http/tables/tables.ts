import { invalidField, RouterError } from "../../errors.ts";
import type { Table } from "../../retrieval/knowledge-table.ts";
import { rerankingModelOf, type SearchMode, searchKnowledge } from "../../retrieval/search.ts";
import {
  deleteTable,
  deleteTables,
  listTables,
  makeTable,
  readTable,
  type TablePlace,
} from "../../retrieval/tables.ts";
import type { References } from "../../schema/retrieval.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { projectOf, projectToWrite } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { modelsNamed } from "../siblings/named-models.ts";
import { payerOf } from "../siblings/payer.ts";
import { rulesOfNamed, type SidePayer, sideCallsFor } from "../siblings/side-calls.ts";
import { hybridSearchSchema, newTableSchema, searchSchema } from "./table-fields.ts";

/** Where a project's tables are. */
export function tablesOf({ env }: AppContext, projectId: string): TablePlace {
  return { namespace: env.TABLES, kv: env.KV, projectId };
}

/** The table that the path names. */
export function tableIdOf(c: AppContext): string {
  return c.req.param("id") ?? "";
}

/** POST /tables */
export async function postTable(c: AppContext): Promise<Response> {
  const caller = await projectToWrite(c);
  const { team } = caller;
  const fields = await readFields(c, newTableSchema);
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const { id, name, embedding_model: model } = fields;
  if (model) await requireEmbeddings(c, payerOf(caller), model);
  const table = await makeTable(tablesOf(c, team.id), {
    id,
    name: name ?? id,
    projectId: team.id,
    embeddingModel: model === undefined ? (catalogue.retrieval.embedding_model ?? null) : model,
    chunkSize: fields.chunk_size,
    chunkOverlap: fields.chunk_overlap,
    createdAtMs: Date.now(),
  });
  return c.json({ data: toWire(table) }, 201);
}

/** Throws a 400 for a name that leads to no embeddings which the caller may use. */
async function requireEmbeddings(c: AppContext, payer: SidePayer, name: string): Promise<void> {
  const rules = await rulesOfNamed(c, payer, "embedding", name);
  const models = await modelsNamed(c, payer, name, rules).catch((error) => {
    throw error instanceof RouterError && error.isUnknownModel
      ? invalidField("embedding_model", `${name} is not a valid model ID`)
      : error;
  });
  const other = models.find(({ row }) => !row.output_modalities?.includes("embeddings"));
  if (other) throw invalidField("embedding_model", `${other.id} makes no embeddings`);
}

/** GET /tables */
export async function getTables(c: AppContext): Promise<Response> {
  const { team } = await projectOf(c);
  return c.json({ data: (await listTables(tablesOf(c, team.id))).map(toWire) });
}

/** GET /tables/:id */
export async function getTable(c: AppContext): Promise<Response> {
  const { team } = await projectOf(c);
  return c.json({ data: toWire(await readTable(tablesOf(c, team.id), tableIdOf(c))) });
}

/** DELETE /tables/:id */
export async function removeTable(c: AppContext): Promise<Response> {
  const { team } = await projectToWrite(c);
  await deleteTable(tablesOf(c, team.id), tableIdOf(c));
  return c.json({ deleted: true });
}

/** Deletes what a project that is gone has had. */
export function deleteTablesOf(c: AppContext, projectId: string): Promise<void> {
  return deleteTables(tablesOf(c, projectId));
}

const DEFAULT_K = 3;

/** POST /tables/:id/search */
export async function postSearch(c: AppContext): Promise<Response> {
  const caller = await projectOf(c);
  const { query, k, mode, reranking_model } = await readFields(c, searchSchema);
  const wish = { query, k: k ?? DEFAULT_K, mode: mode ?? "hybrid", reranking_model };
  return c.json(await search(c, caller, { tableId: tableIdOf(c), ...wish }));
}

const DEFAULT_LIMIT = 100;

/** POST /gen_tables/knowledge/hybrid_search: the chunks alone. */
export async function postHybridSearch(c: AppContext): Promise<Response> {
  const caller = await projectOf(c);
  const { table_id: tableId, query, limit, reranking_model } = await readFields(c, hybridSearchSchema);
  const wish = { query, k: limit ?? DEFAULT_LIMIT, mode: "hybrid" as const, reranking_model };
  return c.json((await search(c, caller, { tableId, ...wish })).chunks);
}

interface Wish {
  tableId: string;
  query: string;
  k: number;
  mode: SearchMode;
  reranking_model: string | null | undefined;
}

async function search(
  c: AppContext,
  caller: Awaited<ReturnType<typeof projectOf>>,
  { reranking_model: wanted, ...wish }: Wish,
): Promise<References> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const rerankingModel = rerankingModelOf(wanted, catalogue.retrieval);
  const setting = { place: tablesOf(c, caller.team.id), sides: sideCallsFor(c, payerOf(caller)) };
  return searchKnowledge(setting, { ...wish, rerankingModel });
}

function toWire(table: Table) {
  return {
    id: table.id,
    name: table.name,
    project_id: table.projectId,
    embedding_model: table.embeddingModel,
    dimensions: table.dimensions,
    chunk_size: table.chunkSize,
    chunk_overlap: table.chunkOverlap,
    documents: table.documents,
    chunks: table.chunks,
    created_at: new Date(table.createdAtMs).toISOString(),
  };
}

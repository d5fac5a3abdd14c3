import { invalidField } from "../../errors.ts";
import { type AddSetting, addDocument, addRows, type SentFile } from "../../retrieval/add.ts";
import type { StoredChunk } from "../../retrieval/chunk-index.ts";
import type { StoredDocument } from "../../retrieval/knowledge-table.ts";
import { deleteChunk, deleteDocument, listChunks, listDocuments } from "../../retrieval/tables.ts";
import { findProblem } from "../../schema/problem.ts";
import type { AppContext } from "../env.ts";
import { type ProjectCaller, projectOf, projectToWrite } from "../project-of.ts";
import { readBytes } from "../read-body.ts";
import { readFields, readNumber } from "../read-fields.ts";
import { payerOf } from "../siblings/payer.ts";
import { sideCallsFor } from "../siblings/side-calls.ts";
import { documentFormSchema, newDocumentSchema, newRowsSchema } from "./table-fields.ts";
import { tableIdOf, tablesOf } from "./tables.ts";

/** POST /tables/:id/documents */
export async function postDocument(c: AppContext): Promise<Response> {
  const caller = await projectToWrite(c);
  const isForm = /^multipart\/form-data\b/i.test(c.req.raw.headers.get("content-type") ?? "");
  const document = await addDocument(settingOf(c, caller), await (isForm ? readForm(c) : readJsonFile(c)));
  const { id, fileName, title, chunks, pages } = document;
  return c.json({ data: { document_id: id, file_name: fileName, title, chunks, pages } }, 201);
}

/** GET /tables/:id/documents */
export async function getDocuments(c: AppContext): Promise<Response> {
  const { team } = await projectOf(c);
  return c.json({ data: (await listDocuments(tablesOf(c, team.id), tableIdOf(c))).map(documentToWire) });
}

/** DELETE /tables/:id/documents/:document */
export async function removeDocument(c: AppContext): Promise<Response> {
  const { team } = await projectToWrite(c);
  await deleteDocument(tablesOf(c, team.id), tableIdOf(c), c.req.param("document") ?? "");
  return c.json({ deleted: true });
}

/** POST /tables/:id/rows */
export async function postRows(c: AppContext): Promise<Response> {
  const caller = await projectToWrite(c);
  const { rows } = await readFields(c, newRowsSchema);
  const ids = await addRows(
    settingOf(c, caller),
    rows.map(({ title, text, page, file_name: fileName, context }) => ({
      ...{ title: title ?? fileName ?? "", text, page: page ?? null, fileName: fileName ?? "", context: context ?? {} },
    })),
  );
  return c.json({ data: ids.map((id) => ({ chunk_id: id })) }, 201);
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** GET /tables/:id/rows?limit=&offset= */
export async function getRows(c: AppContext): Promise<Response> {
  const { team } = await projectOf(c);
  const limit = readNumber(c, "limit", { from: 1, to: MAX_LIMIT, otherwise: DEFAULT_LIMIT });
  const offset = readNumber(c, "offset", { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 });
  const rows = await listChunks(tablesOf(c, team.id), tableIdOf(c), { limit, offset });
  return c.json({ data: rows.map(rowToWire) });
}

/** DELETE /tables/:id/rows/:chunk */
export async function removeRow(c: AppContext): Promise<Response> {
  const { team } = await projectToWrite(c);
  await deleteChunk(tablesOf(c, team.id), tableIdOf(c), c.req.param("chunk") ?? "");
  return c.json({ deleted: true });
}

function settingOf(c: AppContext, caller: ProjectCaller): AddSetting {
  const { embed } = sideCallsFor(c, payerOf(caller));
  return { place: tablesOf(c, caller.team.id), tableId: tableIdOf(c), embed, nowMs: Date.now() };
}

async function readJsonFile(c: AppContext): Promise<SentFile> {
  const { file_name: fileName, text, data, title, context } = await readFields(c, newDocumentSchema);
  const others = { fileName, title: title ?? undefined, context: context ?? {} };
  if (text == null && data == null) throw invalidField("text", "give the document's text, or the file as data");
  if (text != null && data != null) throw invalidField("data", "give text or data, not both");
  return { ...others, bytes: text != null ? new TextEncoder().encode(text) : fromBase64(data ?? "") };
}

function fromBase64(data: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(data);
  } catch {
    throw invalidField("data", "expected a file in base64");
  }
}

/** A form with a `file`, and optionally `title` and `context`, the latter as JSON. */
async function readForm(c: AppContext): Promise<SentFile> {
  const form = await parseForm(c);
  const file = form.get("file");
  if (!(file instanceof File)) throw invalidField("file", "expected a file");
  const named = { title: textIn(form, "title"), context: parseContext(textIn(form, "context")) };
  const problem = findProblem(documentFormSchema, named, "");
  if (problem) throw invalidField(problem.path, problem.message);
  const { title, context = {} } = documentFormSchema.parse(named);
  const fileName = textIn(form, "file_name") ?? file.name;
  if (fileName === "") throw invalidField("file", "expected a file with a name");
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { fileName, contentType: file.type, bytes, title: title ?? undefined, context: context ?? {} };
}

async function parseForm(c: AppContext): Promise<FormData> {
  const headers = { "content-type": c.req.raw.headers.get("content-type") ?? "" };
  const bytes = await readBytes(c.req.raw);
  try {
    return await new Response(bytes, { headers }).formData();
  } catch {
    throw invalidField("", "Request body is not a valid form.");
  }
}

function textIn(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function parseContext(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    throw invalidField("context", "expected an object of strings, as JSON");
  }
}

function documentToWire({ id, fileName, title, chunks, pages, context, createdAtMs }: StoredDocument) {
  const created_at = new Date(createdAtMs).toISOString();
  return { document_id: id, file_name: fileName, title, chunks, pages, context, created_at };
}

function rowToWire({ id, documentId, title, text, page, fileName, context }: StoredChunk) {
  return { chunk_id: id, document_id: documentId, title, text, page, file_name: fileName, context };
}

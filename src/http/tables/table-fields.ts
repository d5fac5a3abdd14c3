import * as z from "zod";
import { LIMITS, TABLE_ID, TABLE_ID_RULE } from "../../retrieval/limits.ts";
import { SEARCH_MODES } from "../../retrieval/search.ts";
import { expected, integerBetween } from "../../schema/fields.ts";

/** Bodies of the routes of knowledge tables. */

const DEFAULT_CHUNK_SIZE = 2_000;
const DEFAULT_OVERLAP = 200;
const MAX_CONTEXT_CHARS = 10_000;

const text = (maximum: number) => z.string(expected(`a string of at most ${maximum} characters`)).max(maximum);
const filled = (maximum: number) =>
  z
    .string(expected(`a string of 1 to ${maximum} characters`))
    .max(maximum)
    .regex(/\S/);

const contextSchema = z
  .record(z.string(), z.string(expected("a string")), expected("an object of strings"))
  .refine(
    (context) => JSON.stringify(context).length <= MAX_CONTEXT_CHARS,
    expected(`at most ${MAX_CONTEXT_CHARS} characters in all`),
  );

/** Body of POST /tables. */
export const newTableSchema = z
  .looseObject(
    {
      id: z.string(expected(TABLE_ID_RULE)).regex(TABLE_ID),
      name: filled(256).nullish(),
      /** Absent: the operator's; null: none. */
      embedding_model: filled(256).nullish(),
      chunk_size: integerBetween(100, 8_000).nullish(),
      chunk_overlap: z.int(expected("a whole number of at least 0")).min(0).nullish(),
    },
    expected("a JSON object"),
  )
  .transform(({ chunk_size, chunk_overlap, ...fields }) => {
    const size = chunk_size ?? DEFAULT_CHUNK_SIZE;
    const overlap = chunk_overlap ?? Math.min(DEFAULT_OVERLAP, Math.floor(size / 10));
    return { ...fields, chunk_size: size, chunk_overlap: overlap };
  })
  .refine(({ chunk_size, chunk_overlap }) => chunk_overlap * 2 < chunk_size, {
    path: ["chunk_overlap"],
    error: "must be less than half of chunk_size",
  });

/** JSON body of POST /tables/:id/documents: text, or any file in base64. */
export const newDocumentSchema = z.looseObject(
  {
    file_name: filled(512),
    text: z.string(expected("a string")).nullish(),
    data: z.string(expected("a file in base64")).nullish(),
    title: filled(1_000).nullish(),
    context: contextSchema.nullish(),
  },
  expected("a JSON object"),
);

/** Fields beside the file of a form; `context` is JSON. */
export const documentFormSchema = z.looseObject({
  title: filled(1_000).nullish(),
  context: contextSchema.nullish(),
});

const rowSchema = z.looseObject(
  {
    title: text(1_000).nullish(),
    text: filled(LIMITS.charsPerRow),
    page: z.int(expected("a whole number of at least 1, or null")).min(1).nullish(),
    file_name: text(512).nullish(),
    context: contextSchema.nullish(),
  },
  expected("a row with a text"),
);

/** Body of POST /tables/:id/rows. */
export const newRowsSchema = z.looseObject(
  {
    rows: z
      .array(rowSchema, expected(`an array of 1 to ${LIMITS.rowsPerCall} rows`))
      .min(1)
      .max(LIMITS.rowsPerCall),
  },
  expected("a JSON object"),
);

const querySchema = filled(20_000);

/** Body of POST /tables/:id/search. */
export const searchSchema = z.looseObject(
  {
    query: querySchema,
    k: integerBetween(1, 1024).nullish(),
    mode: z.enum(SEARCH_MODES, { error: () => `expected one of ${SEARCH_MODES.join(", ")}` }).nullish(),
    reranking_model: z.string(expected("a model, an empty string or null")).nullish(),
  },
  expected("a JSON object"),
);

/** Body of POST /gen_tables/knowledge/hybrid_search. */
export const hybridSearchSchema = z.looseObject(
  {
    table_id: z.string(expected("the id of a knowledge table")).regex(/\S/),
    query: querySchema,
    limit: integerBetween(1, 1_000).nullish(),
    reranking_model: z.string(expected("a model, an empty string or null")).nullish(),
  },
  expected("a JSON object"),
);

import * as z from "zod";
import { expected, integerFrom, textUpTo } from "./fields.ts";
import { providerPreferencesSchema } from "./provider-preferences.ts";

const documentSchema = z.union(
  [z.string(), z.looseObject({ text: z.string().nullish(), image: z.string().nullish() })],
  expected("a text, or an object with text or image"),
);
export type RerankDocument = z.infer<typeof documentSchema>;

/** Body of POST /rerank. Fields that are not here go to the provider as they are. */
export const rerankRequestSchema = z.looseObject({
  model: z.string(expected("a model's id")).min(1),
  query: z.string(expected("a text that is not empty")).regex(/\S/, "expected a text that is not empty"),
  documents: z.array(documentSchema, expected("an array of documents, not empty")).min(1),
  /** How many of the best are wanted; default: all. */
  top_n: integerFrom(1).nullish(),
  /** Whether results repeat the text. */
  return_documents: z.boolean().nullish(),
  provider: providerPreferencesSchema.nullish(),
  user: textUpTo(256).nullish(),
  session_id: textUpTo(256).nullish(),
});
export type RerankRequest = z.infer<typeof rerankRequestSchema>;

/** What is ranked of a document when only texts are. */
export function textOfDocument(document: RerankDocument): string {
  return typeof document === "string" ? document : (document.text ?? "");
}

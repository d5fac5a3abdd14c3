import * as z from "zod";
import { expected, integerFrom, textUpTo } from "./fields.ts";
import { providerPreferencesSchema } from "./provider-preferences.ts";

const text = z.string(expected("a text that is not empty")).min(1);
const tokens = z.array(z.int(expected("a token's number")).min(0), expected("an array of tokens")).min(1);
const part = z.union([
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("image_url"), image_url: z.looseObject({ url: z.string() }) }),
]);
const mixed = z.looseObject({ content: z.array(part).min(1) });
const INPUT = "a text, tokens, or an array of texts, of arrays of tokens or of {content: [parts]}, not empty";

/** Body of POST /embeddings. Fields that are not here go to the provider as they are. */
export const embeddingsRequestSchema = z.looseObject({
  model: z.string(expected("a model's id")).min(1),
  input: z.union([text, z.array(text).min(1), tokens, z.array(tokens).min(1), z.array(mixed).min(1)], expected(INPUT)),
  dimensions: integerFrom(1).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  /** In the provider's words. */
  input_type: z.string().nullish(),
  /** In ours, for providers that tell them apart. */
  type: z.enum(["query", "document"]).nullish(),
  /** What is longer than the model takes is cut. */
  truncate: z.boolean().nullish(),
  /** The end from which it is cut; default `Right`. */
  truncation_direction: z.enum(["Left", "Right"]).nullish(),
  provider: providerPreferencesSchema.nullish(),
  user: textUpTo(256).nullish(),
  session_id: textUpTo(256).nullish(),
});
export type EmbeddingsRequest = z.infer<typeof embeddingsRequestSchema>;

/** What gets one vector: a text, its tokens, or a text with pictures. */
export type EmbeddingInput = string | number[] | z.infer<typeof mixed>;

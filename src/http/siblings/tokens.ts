import * as z from "zod";
import { invalidField, RouterError } from "../../errors.ts";
import { expected } from "../../schema/fields.ts";
import { detokenize, tokenize } from "../../usage/o200k.ts";
import type { AppContext } from "../env.ts";
import { type ProjectCaller, projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { modelsNamed } from "./named-models.ts";
import { payerOf } from "./payer.ts";

/** Room for a long prompt; counting takes time that all requests of an isolate share. */
const MAX_CHARS = 400_000;
const MAX_TOKENS = 400_000;

const model = z.string(expected("a model's id")).min(1);
const tokenizeSchema = z.looseObject({
  model,
  input: z.string(expected(`a text of at most ${MAX_CHARS} characters`)).max(MAX_CHARS),
});
const detokenizeSchema = z.looseObject({
  model,
  tokens: z.array(z.int(expected("a token's number")).min(0), expected("an array of tokens")).max(MAX_TOKENS),
});

/** POST /tokenize: the tokens of a text as a model reads it. */
export async function postTokenize(c: AppContext): Promise<Response> {
  const caller = await projectOf(c);
  const { model: name, input } = await readFields(c, tokenizeSchema);
  await requireTokenizer(c, caller, name);
  return c.json({ object: "tokens", tokens: await tokenize(input) });
}

/** POST /detokenize: the text of tokens. */
export async function postDetokenize(c: AppContext): Promise<Response> {
  const caller = await projectOf(c);
  const { model: name, tokens } = await readFields(c, detokenizeSchema);
  await requireTokenizer(c, caller, name);
  const read = await detokenize(tokens);
  if ("unknown" in read) throw invalidField(`tokens.${read.unknown}`, "is no token of this model");
  return c.json({ text: read.text });
}

/** Throws for a name that stands for nothing here, and for a model whose tokens are not known here. */
async function requireTokenizer(c: AppContext, caller: ProjectCaller, name: string): Promise<void> {
  const models = await modelsNamed(c, payerOf(caller), name);
  const unknown = models.find(({ row }) => row.tokenizer !== "o200k_base");
  if (!unknown) return;
  const message = `The tokenizer of ${unknown.id} is not configured: its row of the catalogue must say "tokenizer": "o200k_base".`;
  throw new RouterError("not_configured", message, { metadata: { field: "model" } });
}

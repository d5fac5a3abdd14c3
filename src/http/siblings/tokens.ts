import * as z from "zod";
import { invalidField, RouterError } from "../../errors.ts";
import { parseName } from "../../routing/variants.ts";
import { expected } from "../../schema/fields.ts";
import { detokenize, tokenize } from "../../usage/o200k.ts";
import { rulesFor } from "../admission.ts";
import type { AppContext } from "../env.ts";
import { payerOf } from "../payer.ts";
import { projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { catalogueFor } from "../team-catalogue.ts";

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

/** Throws for a model that there is not for this caller, and for one whose tokens are not known here. */
async function requireTokenizer(c: AppContext, caller: Awaited<ReturnType<typeof projectOf>>, name: string) {
  const payer = payerOf(caller);
  const catalogue = await catalogueFor(c, { team: caller.team.id, key: payer.key });
  const { base } = parseName(name);
  const found = catalogue.model(catalogue.alias(base)?.model ?? base) ?? catalogue.latest(base);
  if (!found || rulesFor(payer)?.allowsModel?.(found.id) === false)
    throw new RouterError("invalid_request", `${name} is not a valid model ID`, {
      metadata: { field: "model" },
      isUnknownModel: true,
    });
  if (found.row.tokenizer === "o200k_base") return;
  const message = `The tokenizer of ${found.id} is not configured: its row of the catalogue must say "tokenizer": "o200k_base".`;
  throw new RouterError("not_configured", message, { metadata: { field: "model" } });
}

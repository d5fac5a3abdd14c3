import type { WholeAnswer } from "../../dispatch/whole-walk.ts";
import { embeddingsCall, inputsOf, tokensOf } from "../../protocols/whole/embeddings.ts";
import { type EmbeddingsRequest, embeddingsRequestSchema } from "../../schema/embeddings.ts";
import { rulesFor } from "../chat/admission.ts";
import { withHashedUser } from "../chat/hashed-user.ts";
import type { AppContext } from "../env.ts";
import { projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { deadlineOf } from "../request-headers.ts";
import { payerOf } from "./payer.ts";
import { factsOf, headersOf } from "./sibling.ts";
import { ESTIMATING_RULER } from "./token-ruler.ts";
import { callBeside } from "./whole-calls.ts";

/** POST /embeddings: one vector for each input. */
export async function postEmbeddings(c: AppContext): Promise<Response> {
  const project = await projectOf(c);
  const payer = payerOf(project);
  const request = await readFields(c, embeddingsRequestSchema);
  const inputs = inputsOf(request.input);
  const answer = await callBeside(c, payer, {
    ...{ call: embeddingsCall(await withHashedUser(request), ESTIMATING_RULER), apiType: "embeddings" },
    ...{ model: request.model, preferences: request.provider, rules: rulesFor(payer) },
    longestTokens: request.truncate ? 0 : Math.max(...inputs.map((one) => tokensOf(one, ESTIMATING_RULER))),
    inputs: inputs.some(hasImage) ? ["image"] : [],
    ...{ client: factsOf(c, request, project), timeoutMs: deadlineOf(c) },
  });
  return c.json(toWire(answer, request), 200, headersOf(answer));
}

function hasImage(input: ReturnType<typeof inputsOf>[number]): boolean {
  return typeof input === "object" && "content" in input && input.content.some(({ type }) => type === "image_url");
}

function toWire(answer: WholeAnswer<number[][]> & { id: string }, { encoding_format: format }: EmbeddingsRequest) {
  const { value, bill, id, shownAs, providerName } = answer;
  const { completion_tokens: _, completion_tokens_details: __, prompt_tokens_details: ___, ...usage } = bill.wireUsage;
  return {
    id,
    object: "list",
    data: value.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: format === "base64" ? toBase64(vector) : vector,
    })),
    model: shownAs,
    provider: providerName,
    usage,
  };
}

/** 32-bit floats, the lowest byte first. */
function toBase64(vector: number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return new Uint8Array(view.buffer).toBase64();
}

import type { WholeAnswer } from "../../dispatch/whole-walk.ts";
import { rerankCall, searchUnitsOf } from "../../protocols/whole/rerank.ts";
import { type RerankRequest, rerankRequestSchema, textOfDocument } from "../../schema/rerank.ts";
import type { RankedDocument } from "../../schema/side-calls.ts";
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

/** POST /rerank: documents in the order of how well they answer a query. */
export async function postRerank(c: AppContext): Promise<Response> {
  const project = await projectOf(c);
  const payer = payerOf(project);
  const request = await readFields(c, rerankRequestSchema);
  const { count } = ESTIMATING_RULER;
  const answer = await callBeside(c, payer, {
    ...{ call: rerankCall(await withHashedUser(request), count), apiType: "rerank" },
    ...{ model: request.model, preferences: request.provider, rules: rulesFor(payer) },
    // Models that rank cut what is too long for them.
    longestTokens: 0,
    searchUnits: searchUnitsOf(request.query, request.documents, count),
    inputs: request.documents.some((one) => typeof one === "object" && one.image != null) ? ["image"] : [],
    ...{ client: factsOf(c, request, project), timeoutMs: deadlineOf(c) },
  });
  return c.json(toWire(answer, request), 200, headersOf(answer));
}

function toWire(answer: WholeAnswer<RankedDocument[]> & { id: string }, request: RerankRequest) {
  const { value, bill, id, shownAs, providerName } = answer;
  const { total_tokens, cost, is_byok } = bill.wireUsage;
  const units = bill.searchUnits;
  return {
    id,
    object: "list",
    model: shownAs,
    provider: providerName,
    results: value.map(({ index, score }) => toResult(request, index, score)),
    usage: {
      ...(units !== undefined && { search_units: units }),
      total_tokens,
      ...(cost !== undefined && { cost }),
      is_byok,
    },
  };
}

function toResult({ documents, return_documents: hasText }: RerankRequest, index: number, score: number) {
  const document = documents[index] ?? "";
  const text = textOfDocument(document);
  const image = typeof document === "object" ? document.image : undefined;
  const isImage = image != null && text === "";
  return {
    index,
    relevance_score: score,
    document: { ...(!isImage && { text }), ...(image != null && { image }) },
    ...(hasText && !isImage && { text }),
  };
}

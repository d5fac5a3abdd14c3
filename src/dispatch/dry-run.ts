import type { Endpoint } from "../catalogue/catalogue.ts";
import { RouterError } from "../errors.ts";
import { protocolOf } from "../protocols/index.ts";
import type { Plan } from "../routing/plan.ts";
import { EXCLUSION_SENTENCES, RANK_SENTENCES } from "../routing/reasons.ts";
import type { RouteRequest } from "../routing/request.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { TOKEN_ESTIMATE_ERROR } from "../usage/count-tokens.ts";
import { explainPlan } from "./explain.ts";
import { fitRequest } from "./fit.ts";
import { chatOfChoice, partedByChoices } from "./native-choices.ts";
import type { RequestDefaults } from "./request-defaults.ts";

/** A planned request that is not to be sent. */
export interface DryRun {
  chat: ChatRequest;
  route: RouteRequest;
  plan: Plan;
  atMs: number;
  defaults?: RequestDefaults | undefined;
}

/** What `dispatch` would do with a request, without calling anyone: every candidate with what it would be sent. */
export async function dryRun({ chat, route, plan, atMs, defaults }: DryRun) {
  const { candidates, excluded, ...head } = explainPlan(plan, route, atMs);
  const isPlain = (chat.n ?? 1) === 1;
  const together = isPlain ? undefined : (await partedByChoices(plan.candidates, chat)).together.length;
  return {
    ...head,
    models: plan.models,
    prompt: { tokens: route.prompt.total, least: route.prompt.least, error: TOKEN_ESTIMATE_ERROR },
    reservation: reservationOf(candidates),
    candidates: await Promise.all(
      plan.candidates.map(async ({ endpoint, because }, index) => ({
        ...candidates[index],
        why: RANK_SENTENCES[because],
        ...(together === undefined
          ? await writtenFor(endpoint, chat, { route, defaults })
          : index < together
            ? { calls: 1, ...(await writtenFor(endpoint, chat, { route, defaults })) }
            : { calls: chat.n, ...(await writtenFor(endpoint, chatOfChoice(chat, 0), { route, defaults })) }),
      })),
    ),
    excluded: plan.excluded.map(({ reason }, index) => ({ ...excluded[index], why: EXCLUSION_SENTENCES[reason] })),
  };
}

/** What a budget must hold before the first call: the most that any candidate can cost; null when one has no bound. */
function reservationOf(candidates: { max_cost: number | null }[]): { max_cost: number | null } {
  const costs = candidates.map(({ max_cost: cost }) => cost ?? Infinity);
  const highest = Math.max(0, ...costs);
  return { max_cost: candidates.length > 0 && highest < Infinity ? highest : null };
}

/** What the request loses on its way to an endpoint. */
async function writtenFor(
  endpoint: Endpoint,
  chat: ChatRequest,
  { route, defaults }: Pick<DryRun, "route" | "defaults">,
) {
  const { chat: fitted, dropped, compression } = fitRequest(chat, endpoint, route, defaults);
  const { provider, upstreamModel: model, maxCompletionTokens } = endpoint;
  const target = { model, quirks: provider.quirks, stream: chat.stream === true, maxCompletionTokens };
  const shortening = compression && { compression: { summary: compression.summary, ...compression.data } };
  try {
    const { dropped: unsaid = [], formatBy } = (await protocolOf(provider.api)).request(fitted, target);
    return { dropped: [...dropped, ...unsaid], ...(formatBy && { response_format: formatBy }), ...shortening };
  } catch (error) {
    // The walk would count it as a failed attempt, and go on.
    if (error instanceof RouterError) return { dropped, ...shortening, refused: error.message };
    throw error;
  }
}

import { type RequestDefaults, takesLimit } from "../../dispatch/request-defaults.ts";
import type { AccountLimits, Amounts } from "../../ledger/amounts.ts";
import type { Plan } from "../../routing/plan.ts";
import { costBound } from "../../routing/price.ts";
import type { RouteRequest } from "../../routing/request.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { TOKEN_ESTIMATE_ERROR } from "../../usage/count-tokens.ts";

/** Answers of requests that set no limit, at endpoints that have none, are taken to be this long at most. */
export const UNTOLD_OUTPUT_TOKENS = 16_384;
/** Of an answer whose client sets no limit; what it really has is counted when it is there. */
export const EXPECTED_OUTPUT_TOKENS = 1_000;

/** A planned request. */
export interface Planned {
  plan: Plan;
  request: RouteRequest;
  chat: ChatRequest;
}

/** Where nothing else bounds an answer that counts against a budget, its request is given a bound. */
export function withOutputBound({ plan, request, chat }: Planned): ChatRequest {
  const isEndless = plan.candidates.some(
    ({ endpoint: { maxCompletionTokens, contextLength } }) =>
      maxCompletionTokens === undefined && contextLength === undefined,
  );
  if (request.maxTokens !== undefined || !isEndless) return chat;
  request.maxTokens = UNTOLD_OUTPUT_TOKENS;
  return { ...chat, max_completion_tokens: UNTOLD_OUTPUT_TOKENS };
}

/** A limit that a dialect sets by default bounds an answer as the client's own would, where every candidate takes it. */
export function boundByDefault(request: RouteRequest, { candidates }: Plan, defaults: RequestDefaults): void {
  const limit = defaults.max_completion_tokens;
  if (limit !== undefined && candidates.every(({ endpoint }) => takesLimit(endpoint))) request.maxTokens ??= limit;
}

/** What a request uses at most: the dearest of its candidates, and again for each call that may come on top. */
export function needOf(planned: Planned, accounts: AccountLimits[]): Amounts {
  const { request } = planned;
  const prompt = Math.ceil(request.prompt.total * (1 + TOKEN_ESTIMATE_ERROR));
  const output = Math.min(request.maxTokens ?? EXPECTED_OUTPUT_TOKENS, UNTOLD_OUTPUT_TOKENS);
  return {
    nanoUsd: worstCost(planned, accounts),
    requests: 1,
    tokens: (request.choices ?? 1) * (prompt + output),
    slots: 1,
  };
}

/** The tokens of a request and of its answers, as many as there may be; where nothing bounds one, as many as usual. */
export function mostTokens({ plan, request }: Pick<Planned, "plan" | "request">): number {
  const prompt = Math.ceil(request.prompt.total * (1 + TOKEN_ESTIMATE_ERROR));
  const longest = Math.max(0, ...plan.candidates.map(({ endpoint }) => endpoint.maxCompletionTokens ?? Infinity));
  const answer = Math.min(request.maxTokens ?? EXPECTED_OUTPUT_TOKENS, longest);
  return (prompt + answer) * (request.choices ?? 1);
}

/** The longest answer that a request may ask for to cost no more than is left, and the longest that it asks for now. */
export function affordableTokens(
  planned: Planned,
  accounts: AccountLimits[],
  leftNanoUsd: number,
): { affordable: number; asked: number } {
  const { request, plan } = planned;
  const asked = request.maxTokens ?? Math.max(0, ...plan.candidates.map(({ endpoint }) => longestAnswer(endpoint)));
  const fits = (maxTokens: number) =>
    worstCost({ ...planned, request: { ...request, maxTokens } }, accounts) <= leftNanoUsd;
  let [affordable, tooMany] = [0, asked + 1];
  while (tooMany - affordable > 1) {
    const middle = Math.floor((affordable + tooMany) / 2);
    if (fits(middle)) affordable = middle;
    else tooMany = middle;
  }
  return { affordable, asked };
}

/** In nano-dollars. What is paid with a team's own key counts where an account says so. */
function worstCost({ plan, request, chat }: Planned, accounts: AccountLimits[]): number {
  const nowMs = Date.now();
  const countsByok = accounts.some(({ nanoUsd, includesByok }) => nanoUsd !== null && includesByok);
  const { parallel, following } = furtherCalls(chat);
  const bounds = plan.candidates
    .filter(({ endpoint }) => countsByok || endpoint.byok === undefined)
    .map(({ endpoint }) => {
      const first = costBound(endpoint, request, nowMs) ?? 0;
      if (following === 0) return first * (1 + parallel);
      const next = costBound(endpoint, afterAnswer(request, longestAnswer(endpoint)), nowMs) ?? 0;
      return first * (1 + parallel) + next * following;
    });
  return Math.ceil(Math.max(0, ...bounds) * 1e9);
}

/** Calls beside the first one: at the same time, and with its answer in their prompt. */
function furtherCalls({ provider, response_format: format }: ChatRequest): { parallel: number; following: number } {
  const isRepairable = format != null && format.type !== "text";
  return { parallel: provider?.hedge ? 1 : 0, following: (provider?.continuation ? 1 : 0) + (isRepairable ? 1 : 0) };
}

function afterAnswer(request: RouteRequest, answerTokens: number): RouteRequest {
  const { prompt, maxTokens } = request;
  const longer = Math.min(maxTokens ?? Infinity, answerTokens);
  return { ...request, prompt: { ...prompt, text: prompt.text + longer, total: prompt.total + longer } };
}

type Bounds = Pick<Plan["candidates"][number]["endpoint"], "maxCompletionTokens" | "contextLength">;

function longestAnswer({ maxCompletionTokens, contextLength }: Bounds): number {
  return maxCompletionTokens ?? contextLength ?? UNTOLD_OUTPUT_TOKENS;
}

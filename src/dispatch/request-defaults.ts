import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";

/** What a request says where its client says nothing. What an endpoint does not take is not sent, and nothing is lost. */
export interface RequestDefaults {
  temperature?: number;
  top_p?: number;
  /** Of an endpoint that gives less it is what that gives. */
  max_completion_tokens?: number;
}

const LIMIT_NAMES = ["max_completion_tokens", "max_tokens"];

/** Whether an endpoint takes a limit of the answer, by either name. */
export function takesLimit({ supportedParameters }: Pick<Endpoint, "supportedParameters">): boolean {
  return !supportedParameters || LIMIT_NAMES.some((name) => supportedParameters.has(name));
}

export function withDefaults(chat: ChatRequest, endpoint: Endpoint, defaults: RequestDefaults): ChatRequest {
  const filled: ChatRequest = { ...chat };
  for (const name of ["temperature", "top_p"] as const) {
    const value = defaults[name];
    if (value !== undefined && endpoint.supportedParameters?.has(name) !== false) filled[name] = value;
  }
  const limit = defaults.max_completion_tokens;
  if (limit === undefined || !takesLimit(endpoint)) return filled;
  // A bound that was put on for the sake of a budget may be there already.
  const bounds = [limit, chat.max_completion_tokens, endpoint.maxCompletionTokens];
  filled.max_completion_tokens = Math.min(...bounds.filter((bound) => bound != null));
  return filled;
}

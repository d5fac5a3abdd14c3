import type { Endpoint } from "../catalogue/catalogue.ts";
import { unsupportedParameters } from "../routing/parameters.ts";
import type { ChatRequest } from "../schema/chat.ts";

/** The request without the parameters that the endpoint says it does not take, and their names. */
export function fitParameters(chat: ChatRequest, endpoint: Endpoint): { chat: ChatRequest; dropped: string[] } {
  const dropped = unsupportedParameters(chat, endpoint, undefined);
  if (dropped.length === 0) return { chat, dropped };
  const fitted: ChatRequest = { ...chat };
  for (const name of dropped) delete fitted[name];
  return { chat: fitted, dropped };
}

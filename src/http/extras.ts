import { type WantedChecks, wantedChecks } from "../checks/required.ts";
import type { AnswerExtras } from "../dispatch/extras.ts";
import type { RoutedCatalogue } from "../routing/team-keys.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { ApiKey } from "../schema/key.ts";
import type { Team } from "../schema/team.ts";
import type { AppContext } from "./env.ts";
import { sideCallsFor } from "./side-calls.ts";

/** A request that asks for more than an answer, and whose it is. */
export interface ExtrasInput {
  /** Of the generation. */
  id: string;
  chat: ChatRequest;
  key: ApiKey;
  team: Team;
  catalogue: RoutedCatalogue;
}

/** What becomes of a request that asks for more than an answer. Each step changes it in place. */
export interface Extras {
  /** As it goes on: with personal data replaced, with what was retrieved. */
  chat: ChatRequest;
  /** Further headers of the answer. */
  headers: Record<string, string>;
  /** What is done to the answer. */
  answer: AnswerExtras;
}

/**
 * Does what is asked for beside the answer, before anything is planned or sent: checks of the prompt, then retrieval.
 * Throws the `RouterError` that ends the request.
 */
export async function prepareExtras(c: AppContext, input: ExtrasInput): Promise<Extras> {
  const { id, chat, key, team, catalogue } = input;
  const _wanted: WantedChecks = wantedChecks(chat, key.checks, team.checks);
  const extras: Extras = { chat, headers: {}, answer: {} };
  const sides = sideCallsFor(c, { key, team, parentId: id });
  if (chat.rag_params) await (await import("./references.ts")).addReferences(c, extras, { team, catalogue, sides });
  return extras;
}

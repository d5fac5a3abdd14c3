import type { ClientFacts } from "../../schema/generation.ts";
import type { AppContext } from "../env.ts";
import type { ProjectCaller } from "../project-of.ts";
import { clientFacts } from "../request-headers.ts";

/** What a request that is no chat says about its client. */
interface Told {
  user?: string | null | undefined;
  session_id?: string | null | undefined;
}

/** What the client says about itself, for the record. */
export function factsOf(c: AppContext, { user, session_id }: Told, { userId }: ProjectCaller): ClientFacts {
  return clientFacts(c, { messages: [], user, session_id }, { preset: undefined, userId });
}

/** The headers of an answer: its generation, and what was left out of the request. */
export function headersOf({ id, dropped }: { id: string; dropped: string[] }): Record<string, string> {
  return { "x-generation-id": id, ...(dropped.length > 0 && { "x-pointsman-dropped": dropped.join(", ") }) };
}

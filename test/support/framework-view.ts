// biome-ignore lint/suspicious/noExplicitAny: other people's JSON
type Json = Record<string, any>;

/** A question as a framework for applications asks it. */
export interface FrameworkQuestion {
  model: string;
  stream: boolean;
  /** Names of functions that may be called. */
  tools: string[];
  /** Fields of the request that the framework has no name for. */
  fields: Json;
}

/** An answer as a client has it in hand that uses such a framework. */
export interface FrameworkView {
  text: string;
  reasoning: string;
  toolCalls: { id: string | undefined; name: string; arguments: unknown }[];
  /** In the spelling of the wire. */
  finishReason: string | undefined;
  /** In the spelling of the wire. */
  usage: Json;
  /** What was thrown, or came as a part of the stream. */
  error: unknown;
  /** The HTTP status that the error tells. */
  status: number | undefined;
}

/** What is seen before anything was said. */
export function emptyView(): FrameworkView {
  return {
    ...{ text: "", reasoning: "", toolCalls: [], usage: {} },
    ...{ finishReason: undefined, error: undefined, status: undefined },
  };
}

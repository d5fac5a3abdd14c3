import { APIError } from "openai";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import { openAiClient } from "./clients.ts";
import { readStream, type Transcript } from "./sse-client.ts";

// biome-ignore lint/suspicious/noExplicitAny: the SDK's types leave out what OpenRouter adds
type Json = Record<string, any>;

/** An answer as a client that uses the `openai` SDK has it in hand at the end, streamed or not. */
export interface ClientView {
  id: string;
  model: string;
  provider: string;
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: { id: string; name: string; arguments: string }[];
  finishReason: string | null;
  nativeFinishReason: string | null;
  usage: Json | undefined;
  /** What the SDK threw, if it did. */
  error: APIError | undefined;
  /** The bytes of a stream, read by another parser. */
  transcript: Transcript | undefined;
}

/** Makes a request with the `openai` SDK and reads the answer to its end. */
export async function openAiView(account: { baseUrl: string; key: string }, body: Json): Promise<ClientView> {
  let transcript: Promise<Transcript> | undefined;
  const client = openAiClient(account, (copy) => {
    if (body.stream && copy.ok) transcript = readStream(copy);
  });
  const view: ClientView = {
    ...{ id: "", model: "", provider: "", text: "", reasoning: "", refusal: "", toolCalls: [] },
    ...{ finishReason: null, nativeFinishReason: null, usage: undefined, error: undefined, transcript: undefined },
  };
  try {
    const answer = await client.chat.completions.create(body as ChatCompletionCreateParams);
    if (Symbol.asyncIterator in answer) for await (const chunk of answer) take(view, chunk as Json);
    else take(view, answer as Json);
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    view.error = error;
  }
  view.transcript = await transcript;
  return view;
}

function take(view: ClientView, answer: Json): void {
  view.id ||= answer.id;
  view.model ||= answer.model;
  view.provider ||= answer.provider;
  view.usage = answer.usage ?? view.usage;
  const [choice] = answer.choices;
  if (choice === undefined) return;
  const said = choice.message ?? choice.delta;
  view.text += said.content ?? "";
  view.reasoning += said.reasoning ?? "";
  view.refusal += said.refusal ?? "";
  for (const [position, call] of (said.tool_calls ?? []).entries()) {
    const index = call.index ?? position;
    view.toolCalls[index] ??= { id: call.id, name: call.function.name, arguments: "" };
    view.toolCalls[index].arguments += call.function.arguments;
  }
  view.finishReason ??= choice.finish_reason;
  view.nativeFinishReason ??= choice.native_finish_reason;
}

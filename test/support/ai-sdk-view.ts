import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { APICallError, generateText, jsonSchema, streamText, tool } from "ai";

// biome-ignore lint/suspicious/noExplicitAny: what the parts of a stream have in common is little
type Json = Record<string, any>;

/**
 * An answer as a client that uses the AI SDK with OpenRouter's provider has it in hand. The SDK has no place for a
 * refusal's text and for the upstream's own finish word, and where reasoning is encrypted it says `[REDACTED]`.
 */
export interface AiSdkView {
  text: string;
  reasoning: string;
  toolCalls: { id: string; name: string; arguments: unknown }[];
  /** In the spelling of the wire. */
  finishReason: string | undefined;
  usage: Json | undefined;
  /** What was thrown, or came as a part of the stream. */
  error: unknown;
}

/** A question to a model: `tools` are the names of functions that it may call. */
export interface AiSdkQuestion {
  model: string;
  stream: boolean;
  tools: string[];
  /** Fields of the request that the SDK does not have. */
  fields: Json;
}

/** Asks a question with the AI SDK and reads the answer to its end. */
export async function aiSdkView(
  { baseUrl, key }: { baseUrl: string; key: string },
  { model, stream, tools, fields }: AiSdkQuestion,
): Promise<AiSdkView> {
  const openRouter = createOpenRouter({ baseURL: baseUrl, apiKey: key, compatibility: "strict" });
  const anything = () => tool({ inputSchema: jsonSchema<Json>({ type: "object" }) });
  const question = {
    model: openRouter.chat(model, { extraBody: fields }),
    prompt: "The same again, please.",
    maxRetries: 0,
    ...(tools.length > 0 && { tools: Object.fromEntries(tools.map((name) => [name, anything()])) }),
  };
  const view: AiSdkView = {
    ...{ text: "", reasoning: "", toolCalls: [] },
    ...{ finishReason: undefined, usage: undefined, error: undefined },
  };
  try {
    if (stream) for await (const part of streamText({ ...question, onError: () => {} }).fullStream) take(view, part);
    else takeWhole(view, await generateText(question));
  } catch (error) {
    view.error = error;
  }
  return view;
}

/** The HTTP status of an error that is one. */
export function statusOf(error: unknown): number | undefined {
  return APICallError.isInstance(error) ? error.statusCode : undefined;
}

function take(view: AiSdkView, part: Json): void {
  if (part.type === "text-delta") view.text += part.text;
  if (part.type === "reasoning-delta") view.reasoning += part.text;
  if (part.type === "tool-call") view.toolCalls.push(callOf(part));
  if (part.type === "error") view.error = part.error;
  if (part.type === "finish-step") {
    view.finishReason = part.finishReason.replace("-", "_");
    view.usage = part.usage;
  }
}

function takeWhole(view: AiSdkView, result: Json): void {
  view.text = result.text;
  view.reasoning = result.reasoningText ?? "";
  view.toolCalls = result.toolCalls.map(callOf);
  view.finishReason = result.finishReason.replace("-", "_");
  view.usage = result.usage;
}

function callOf({ toolCallId, toolName, input }: Json) {
  return { id: toolCallId, name: toolName, arguments: input };
}

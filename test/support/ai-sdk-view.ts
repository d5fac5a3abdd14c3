import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { APICallError, generateText, jsonSchema, streamText, tool } from "ai";
import { emptyView, type FrameworkQuestion, type FrameworkView } from "./framework-view.ts";

// biome-ignore lint/suspicious/noExplicitAny: what the parts of a stream have in common is little
type Json = Record<string, any>;

/**
 * An answer as the AI SDK gives it with OpenRouter's provider. It has no place for a refusal's text and for the
 * upstream's own finish word, and for encrypted reasoning it says `[REDACTED]`. In a stream it drops reasoning that
 * comes after the first text; here that is taken from the chunks as they came. Its total of tokens is a sum of its own;
 * here it is the one that came.
 */
export async function aiSdkView(
  { baseUrl, key }: { baseUrl: string; key: string },
  { model, stream, tools, fields }: FrameworkQuestion,
): Promise<FrameworkView> {
  const openRouter = createOpenRouter({ baseURL: baseUrl, apiKey: key });
  const anything = tool({ inputSchema: jsonSchema<Json>({ type: "object" }) });
  const question = {
    model: openRouter.chat(model, { extraBody: fields }),
    prompt: "The same again, please.",
    maxRetries: 0,
    ...(tools.length > 0 && { tools: Object.fromEntries(tools.map((name) => [name, anything])) }),
  };
  const view = emptyView();
  try {
    if (stream) {
      const result = streamText({ ...question, include: { rawChunks: true }, onError: () => {} });
      for await (const part of result.fullStream) take(view, part);
    } else takeWhole(view, await generateText(question));
  } catch (error) {
    view.error = error;
  }
  view.status = APICallError.isInstance(view.error) ? view.error.statusCode : undefined;
  return view;
}

function take(view: FrameworkView, part: Json): void {
  if (part.type === "text-delta") view.text += part.text;
  if (part.type === "reasoning-delta") view.reasoning += part.text;
  if (part.type === "raw" && view.text !== "") view.reasoning += part.rawValue.choices?.[0]?.delta?.reasoning ?? "";
  if (part.type === "tool-call") view.toolCalls.push(callOf(part));
  if (part.type === "error") view.error = part.error;
  if (part.type === "finish-step") takeEnd(view, part);
}

function takeWhole(view: FrameworkView, result: Json): void {
  view.text = result.text;
  view.reasoning = result.reasoningText ?? "";
  view.toolCalls = result.toolCalls.map(callOf);
  takeEnd(view, result);
}

function takeEnd(view: FrameworkView, { finishReason, usage }: Json): void {
  view.finishReason = finishReason.replace("-", "_");
  view.usage = {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.raw?.total_tokens,
    cached_tokens: usage.inputTokenDetails.cacheReadTokens,
    reasoning_tokens: usage.outputTokenDetails.reasoningTokens,
  };
}

function callOf({ toolCallId, toolName, input }: Json) {
  return { id: toolCallId, name: toolName, arguments: input };
}

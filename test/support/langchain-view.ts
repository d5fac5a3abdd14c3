import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenRouter } from "@langchain/openrouter";
import { emptyView, type FrameworkQuestion, type FrameworkView } from "./framework-view.ts";

// biome-ignore lint/suspicious/noExplicitAny: LangChain leaves these open
type Json = Record<string, any>;

/**
 * An answer as LangChain gives it. It has no place for a refusal's text and for the upstream's own finish word. An
 * error in mid-stream it throws nowhere: only the finish reason `error` tells. The finish reason comes with two
 * chunks, and LangChain joins their words; here it is the last chunk's.
 */
export async function langChainView(
  { baseUrl, key }: { baseUrl: string; key: string },
  { model, stream, tools, fields }: FrameworkQuestion,
): Promise<FrameworkView> {
  const client = new ChatOpenRouter({ model, apiKey: key, baseURL: baseUrl, maxRetries: 0, modelKwargs: fields });
  const declared = tools.map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
  const options = declared.length > 0 ? { tools: declared } : {};
  const question = "The same again, please.";
  try {
    if (!stream) return viewOf(await client.invoke(question, options));
    let whole: AIMessageChunk | undefined;
    let finishReason: string | undefined;
    for await (const chunk of await client.stream(question, options)) {
      whole = whole?.concat(chunk) ?? chunk;
      finishReason = (chunk.response_metadata as Json).finish_reason ?? finishReason;
    }
    if (!whole) throw new Error("LangChain gave nothing");
    return { ...viewOf(whole), finishReason };
  } catch (error) {
    return { ...emptyView(), error, status: (error as Json).statusCode };
  }
}

function viewOf({ content, tool_calls: calls, usage_metadata: usage, ...message }: AIMessageChunk): FrameworkView {
  const { additional_kwargs: more, response_metadata: metadata } = message as Json;
  return {
    ...emptyView(),
    text: typeof content === "string" ? content : content.map((part: Json) => part.text ?? "").join(""),
    reasoning: more.reasoning_content ?? "",
    toolCalls: (calls ?? []).map(({ id, name, args }) => ({ id, name, arguments: args })),
    finishReason: metadata.finish_reason,
    usage: {
      prompt_tokens: usage?.input_tokens,
      completion_tokens: usage?.output_tokens,
      total_tokens: usage?.total_tokens,
      cached_tokens: usage?.input_token_details?.cache_read,
      reasoning_tokens: usage?.output_token_details?.reasoning,
    },
  };
}

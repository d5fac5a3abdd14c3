import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenRouter } from "@langchain/openrouter";

// biome-ignore lint/suspicious/noExplicitAny: LangChain leaves these open
type Json = Record<string, any>;

/**
 * An answer as a client that uses LangChain has it in hand. It has no place for a refusal's text and for the
 * upstream's own finish word, and an error in mid-stream is thrown nowhere: only the finish reason tells.
 */
export interface LangChainView {
  text: string;
  reasoning: string;
  toolCalls: { id: string | undefined; name: string; arguments: unknown }[];
  finishReason: string | undefined;
  usage: Json | undefined;
  /** What was thrown. */
  error: Json | undefined;
}

/** Asks a question with LangChain and reads the answer to its end; `tools` are functions that it may call. */
export async function langChainView(
  { baseUrl, key }: { baseUrl: string; key: string },
  { model, stream, tools, fields }: { model: string; stream: boolean; tools: string[]; fields: Json },
): Promise<LangChainView> {
  const client = new ChatOpenRouter({ model, apiKey: key, baseURL: baseUrl, maxRetries: 0, modelKwargs: fields });
  const declared = tools.map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
  const options = declared.length > 0 ? { tools: declared } : {};
  const question = "The same again, please.";
  try {
    if (!stream) return viewOf(await client.invoke(question, options));
    let whole: AIMessageChunk | undefined;
    let last: AIMessageChunk | undefined;
    for await (const chunk of await client.stream(question, options)) {
      whole = whole?.concat(chunk) ?? chunk;
      if (chunk.response_metadata.finish_reason) last = chunk;
    }
    if (!whole) throw new Error("LangChain gave nothing");
    // The reason comes with two chunks, and joined chunks join their words.
    return { ...viewOf(whole), finishReason: last?.response_metadata.finish_reason as string | undefined };
  } catch (error) {
    const nothing = { text: "", reasoning: "", toolCalls: [], finishReason: undefined, usage: undefined };
    return { ...nothing, error: error as Json };
  }
}

function viewOf({ content, tool_calls: calls, usage_metadata, additional_kwargs, response_metadata }: AIMessageChunk) {
  return {
    text: typeof content === "string" ? content : "",
    reasoning: (additional_kwargs.reasoning_content as string | undefined) ?? "",
    toolCalls: (calls ?? []).map(({ id, name, args }) => ({ id, name, arguments: args })),
    finishReason: response_metadata.finish_reason as string | undefined,
    usage: usage_metadata,
    error: undefined,
  };
}

import type { Api } from "../../src/schema/catalogue.ts";

// biome-ignore lint/suspicious/noExplicitAny: other people's JSON
type Json = Record<string, any>;

/** What an upstream reads in a request, whatever its wire format. */
export interface SeenConversation {
  system: string;
  /** Whether a cache mark stands right behind the instructions. */
  isMarked: boolean;
  tools: string[];
  turns: SeenTurn[];
}

/** One side's turn. Results of tools are a turn of their own, also where they share one with the user's words. */
export type SeenTurn =
  | { by: "user"; text: string }
  | {
      by: "model";
      /** What the turn is made of, in its order: neighbours of one kind are told once. */
      order: ("reasoning" | "text" | "call")[];
      text: string;
      reasoning: string;
      seals: string[];
      calls: SeenCall[];
    }
  | { by: "tools"; results: { id: string; text: string }[] };

type ModelTurn = SeenTurn & { by: "model" };

export interface SeenCall {
  id: string;
  name: string;
  input: unknown;
  /** Signature on the call itself. */
  seal: string | undefined;
}

/** Reads a request's body as its vendor would. */
export function seenBy(api: Api, body: Json): SeenConversation {
  return READERS[api](body);
}

const READERS: Record<Api, (body: Json) => SeenConversation> = {
  "openai-chat": readChat,
  "mistral-chat": readChat,
  "cohere-chat": readChat,
  "anthropic-messages": ({ system, tools, messages }) => ({
    system: textsOf(system),
    isMarked: system?.at(-1)?.cache_control?.type === "ephemeral",
    tools: (tools ?? []).map((tool: Json) => tool.name),
    turns: joined(
      messages.flatMap(({ role, content }: Json) =>
        content.map((block: Json) => {
          const { type, text = "", thinking = "", signature, id, name, input, tool_use_id: callId } = block;
          if (type === "tool_result") return result(callId, textsOf(block.content));
          if (role === "user") return user(text);
          if (type === "tool_use") return model({ calls: [{ id, name, input, seal: undefined }] });
          return model({ text, reasoning: thinking, seals: signature ? [signature] : [] });
        }),
      ),
    ),
  }),
  "bedrock-converse": ({ system, toolConfig, messages }) => ({
    system: textsOf(system),
    isMarked: system?.at(-1)?.cachePoint?.type === "default",
    tools: (toolConfig?.tools ?? []).map((tool: Json) => tool.toolSpec.name),
    turns: joined(
      messages.flatMap(({ role, content }: Json) =>
        content.map(({ text = "", toolResult, toolUse, reasoningContent }: Json) => {
          if (toolResult) return result(toolResult.toolUseId, textsOf(toolResult.content));
          if (role === "user") return user(text);
          if (toolUse)
            return model({
              calls: [{ id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input, seal: undefined }],
            });
          const { text: reasoning = "", signature } = reasoningContent?.reasoningText ?? {};
          return model({ text, reasoning, seals: signature ? [signature] : [] });
        }),
      ),
    ),
  }),
  "google-gemini": ({ systemInstruction, tools, contents }) => ({
    system: textsOf(systemInstruction?.parts),
    isMarked: false,
    tools: (tools ?? []).flatMap((tool: Json) => tool.functionDeclarations.map((one: Json) => one.name)),
    turns: joined(
      contents.flatMap(({ role, parts }: Json) =>
        parts.map(({ text = "", thought, thoughtSignature: seal, functionCall, functionResponse }: Json) => {
          if (functionResponse) return result(functionResponse.id, functionResponse.response.result);
          if (role === "user") return user(text);
          const seals = seal ? [seal] : [];
          if (functionCall) {
            const { id, name, args } = functionCall;
            return model({ seals, calls: [{ id, name, input: args, seal }] });
          }
          return model(thought ? { reasoning: text, seals } : { text, seals });
        }),
      ),
    ),
  }),
  "openai-responses": ({ input, tools }) => ({
    system: input
      .filter(({ role }: Json) => role === "system")
      .map(({ content }: Json) => textsOf(content))
      .join(""),
    isMarked: false,
    tools: (tools ?? []).map((tool: Json) => tool.name),
    turns: joined(
      input
        .filter(({ role }: Json) => role !== "system")
        .map((item: Json) => {
          const { type, role, call_id: id, name, arguments: text, encrypted_content: seal } = item;
          if (type === "function_call_output") return result(id, item.output);
          if (type === "function_call")
            return model({ calls: [{ id, name, input: JSON.parse(text), seal: undefined }] });
          if (type === "reasoning") return model({ reasoning: textsOf(item.summary), seals: seal ? [seal] : [] });
          return role === "user" ? user(textsOf(item.content)) : model({ text: textsOf(item.content) });
        }),
    ),
  }),
};

function readChat({ messages, tools }: Json): SeenConversation {
  const [system, ...others] = messages;
  return {
    system: textsOf(system.content),
    isMarked: Array.isArray(system.content) && system.content.at(-1).cache_control?.type === "ephemeral",
    tools: (tools ?? []).map((tool: Json) => tool.function.name),
    turns: joined(
      others.map((message: Json) => {
        if (message.role === "tool") return result(message.tool_call_id, textsOf(message.content));
        if (message.role === "user") return user(textsOf(message.content));
        const thinking = Array.isArray(message.content) ? message.content.filter(isThinking) : [];
        const written = message.reasoning_content ?? message.tool_plan ?? "";
        return model({
          text: textsOf(message.content),
          reasoning: written + thinking.map((part: Json) => textsOf(part.thinking)).join(""),
          calls: (message.tool_calls ?? []).map(({ id, function: called }: Json) => {
            return { id, name: called.name, input: JSON.parse(called.arguments), seal: undefined };
          }),
        });
      }),
    ),
  };
}

function isThinking({ type }: Json): boolean {
  return type === "thinking";
}

function user(text: string): SeenTurn {
  return { by: "user", text };
}

function result(id: string, text: string): SeenTurn {
  return { by: "tools", results: [{ id, text }] };
}

function model(said: Partial<ModelTurn>): SeenTurn {
  const whole = { text: "", reasoning: "", seals: [], calls: [], ...said };
  const order: ModelTurn["order"] = [];
  if (whole.reasoning !== "") order.push("reasoning");
  if (whole.text !== "") order.push("text");
  if (whole.calls.length > 0) order.push("call");
  return { by: "model", order, ...whole };
}

/** Pieces of one side in a row are one turn. */
function joined(pieces: SeenTurn[]): SeenTurn[] {
  const turns: SeenTurn[] = [];
  for (const piece of pieces) {
    const last = turns.at(-1);
    if (last?.by === "user" && piece.by === "user") last.text += piece.text;
    else if (last?.by === "tools" && piece.by === "tools") last.results.push(...piece.results);
    else if (last?.by === "model" && piece.by === "model") {
      last.order.push(...piece.order.filter((kind) => kind !== last.order.at(-1)));
      last.text += piece.text;
      last.reasoning += piece.reasoning;
      last.seals.push(...piece.seals);
      last.calls.push(...piece.calls);
    } else turns.push(piece);
  }
  return turns;
}

function textsOf(content: string | Json[] | null | undefined): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ text = "" }) => text).join("");
}

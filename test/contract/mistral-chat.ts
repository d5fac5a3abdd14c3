import type { FormatContract } from "./expectation.ts";
import { openaiChat } from "./openai-chat.ts";
import { PLAIN_QUESTION, withoutNull } from "./reading.ts";
import type { Json, Recording } from "./recording.ts";

/** Mistral's chat completions: OpenAI's, but for thinking among the content and some names. */
export const mistralChat: FormatContract = {
  expect: (recording) => openaiChat.expect(withPlainContent(recording)),
  path: openaiChat.path,
  toClientRequest,
  meaningOf,
  quirksOf: () => ({}),
};

/** The recording with every content in two texts, as OpenAI's format has them. */
function withPlainContent({ response, ...rest }: Recording): Recording {
  const { body, sse_text: sseText } = response;
  if (response.status !== 200) {
    const { message } = body as Json;
    const words = typeof message === "string" ? message : (message?.detail?.[0]?.msg ?? "");
    return { ...rest, response: { ...response, body: { error: { message: words } } } };
  }
  const rewrite = (json: Json) => ({ ...json, choices: json.choices.map(flatten) });
  const lines = sseText?.split("\n").map((line) => {
    const json = line.startsWith("data: {") ? JSON.parse(line.slice(6)) : undefined;
    return json ? `data: ${JSON.stringify(rewrite(json))}` : line;
  });
  return {
    ...rest,
    response: { ...response, body: body && rewrite(body as Json), ...(lines && { sse_text: lines.join("\n") }) },
  };
}

function flatten({ message, delta, ...choice }: Json): Json {
  return { ...choice, ...(message && { message: plain(message) }), ...(delta && { delta: plain(delta) }) };
}

function plain({ content, ...rest }: Json): Json {
  if (!Array.isArray(content)) return { ...rest, content };
  const thoughts = content.flatMap(({ thinking }) => thinking ?? []);
  return { ...rest, content: textIn(content), reasoning: textIn(thoughts) };
}

function textIn(parts: Json[]): string {
  return parts.map(({ text }) => text ?? "").join("");
}

function toClientRequest({ request, streaming }: Recording): Json {
  const { random_seed: seed, tool_choice: choice, ...body } = request.body ?? PLAIN_QUESTION;
  return withoutNull({ ...body, seed, tool_choice: choice === "any" ? "required" : choice, stream: streaming });
}

/** Everything but the name of the model and how the answer travels. An empty content is none. */
function meaningOf({ model, stream, messages, tools, ...rest }: Json): unknown {
  return withoutNull({
    ...rest,
    tools: tools?.map((tool: Json) => withoutNull({ ...tool, function: { ...tool.function, strict: null } })),
    messages: messages.map(({ content, ...message }: Json) =>
      withoutNull({ ...message, content: content === "" ? null : content }),
    ),
  });
}

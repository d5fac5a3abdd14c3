import { type DemoRequest, lastUserText, textOf } from "./request.ts";
import { sampleJson } from "./sample-json.ts";
import { countTokens, cutToTokens } from "./tokens.ts";

/** A whole answer, before it is put on the wire in one piece or in many. */
export interface Answer {
  reasoning: string;
  content: string;
  /** `arguments` is JSON, unless `max_tokens` cut it. */
  toolCall?: { name: string; arguments: string } | undefined;
  finishReason: "stop" | "length" | "tool_calls";
  /** Pause before each piece of a stream, in milliseconds. */
  paceMs: number;
}

type Draft = Partial<Omit<Answer, "finishReason">>;

/** The models that answer well. Each is a pure function: the same request, the same text. */
const MODELS: Record<string, (request: DemoRequest) => Draft> = { echo, story, tools, reasoner };

/** The answer of a demo model to a request; undefined when there is no such model. */
export function answerOf(model: string, request: DemoRequest): Answer | undefined {
  const draft = Object.hasOwn(MODELS, model) ? MODELS[model]?.(request) : undefined;
  return draft && finish(draft, request);
}

/** An answer that says this, or calls this tool, within the request's limits. */
export function answerWith(
  { text, toolCall }: { text: string; toolCall?: Answer["toolCall"] },
  request: DemoRequest,
): Answer {
  return finish({ content: text, toolCall }, request);
}

function echo(request: DemoRequest): Draft {
  return {
    content: lastUserText(request) || "There was no text in the last user message, so there is nothing to echo.",
  };
}

const STORY = `Mira kept the points at a junction where seven lines met. Every evening the night express came down from the hills, and every evening she threw the same lever and sent it along the river.

One night the lamp at the river bridge stayed dark. Nobody had told her why. She had two minutes, a cold lever, and a timetable that knew only one way.

She did not wait for the telephone. She looked at the lines that were clear, chose the one through the orchards, and pulled. The express leaned into the curve, grumbled, and went on under the apple trees, nine minutes late and whole.

In the morning a passenger wrote to the railway. He wished to say how lovely the orchards were by moonlight, and asked whether the train might always go that way. Mira pinned the letter above the lever. Underneath she wrote: only when the river is dark.`;

function story(): Draft {
  return { content: STORY, paceMs: 40 };
}

/** Calls a tool; once it has the result, says it back. */
function tools(request: DemoRequest): Draft {
  const results = toolResults(request);
  if (results.length > 0) return { content: results.join("\n") };

  const callable = (request.tools ?? []).flatMap((tool) => (tool.function ? [tool.function] : []));
  const first = callable[0];
  if (first === undefined) {
    return {
      content:
        "I call tools, and this request has none. Add a function to `tools`: I call the first one with arguments made from its JSON Schema, and when you send back the result, I say what it was.",
    };
  }
  if (request.tool_choice === "none") {
    return { content: `I would have called ${first.name}, but tool_choice is "none".` };
  }
  const wanted = typeof request.tool_choice === "object" ? request.tool_choice?.function?.name : undefined;
  const chosen = callable.find((tool) => tool.name === wanted) ?? first;
  return { toolCall: { name: chosen.name, arguments: JSON.stringify(sampleJson(chosen.parameters)) } };
}

/** One sentence for each tool message after the last assistant turn; empty when that turn called nothing. */
function toolResults(request: DemoRequest): string[] {
  const turn = request.messages.findLastIndex((message) => message.role === "assistant");
  const calls = request.messages[turn]?.tool_calls ?? [];
  return request.messages.slice(turn + 1).flatMap((message) => {
    if (message.role !== "tool") return [];
    const name = calls.find((call) => call.id === message.tool_call_id)?.function.name ?? "The tool";
    return [`${name} answered: ${textOf(message)}`];
  });
}

/** Thinks aloud about the words of the question, then answers with what it found. */
function reasoner(request: DemoRequest): Draft {
  const words = lastUserText(request).match(/[\p{L}\p{N}]+/gu) ?? [];
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  const count = words.length === 1 ? "1 word" : `${words.length} words`;
  const thoughts = [
    `I go through the message word by word and count: ${count}.`,
    longest === ""
      ? "There is no longest word."
      : `The longest that I meet is "${longest}", with ${longest.length} letters.`,
    "I count once more to be sure, and it comes out the same.",
  ];
  return {
    reasoning: request.reasoning_effort === "none" ? "" : thoughts.join(" "),
    content: `Your message has ${count}.${longest === "" ? "" : ` The longest is "${longest}".`}`,
    paceMs: 15,
  };
}

/** Applies `stop` and the token limit, in the order in which a model generates: reasoning, text, tool call. */
function finish(draft: Draft, request: DemoRequest): Answer {
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const reasoning = cutToTokens(draft.reasoning ?? "", limit);
  const wanted = beforeStop(draft.content ?? "", request.stop);
  const content = cutToTokens(wanted, limit - countTokens(reasoning));
  const left = limit - countTokens(reasoning) - countTokens(content);
  const toolCall = draft.toolCall && { ...draft.toolCall, arguments: cutToTokens(draft.toolCall.arguments, left) };

  const isWhole =
    reasoning === (draft.reasoning ?? "") && content === wanted && toolCall?.arguments === draft.toolCall?.arguments;
  const finishReason = !isWhole ? "length" : toolCall ? "tool_calls" : "stop";
  return { reasoning, content, toolCall, finishReason, paceMs: draft.paceMs ?? 0 };
}

function beforeStop(text: string, stop: DemoRequest["stop"]): string {
  const words = (typeof stop === "string" ? [stop] : (stop ?? [])).filter((word) => word !== "");
  const ends = words.map((word) => text.indexOf(word)).filter((index) => index !== -1);
  return text.slice(0, Math.min(text.length, ...ends));
}

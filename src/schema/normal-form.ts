import { invalidField } from "../errors.ts";
import { isRecord } from "./accepts.ts";

/** Other ways to say what a chat request says, brought into the one that everything else reads. */

type Body = Record<string, unknown>;

/** Before a body is validated: what some clients write in another form. The same object when there is nothing to do. */
export function inUsualForm(body: Body): Body {
  let usual = body;
  if (typeof body.messages === "string") usual = { ...usual, messages: [userTurn(body.messages)] };
  else if (Array.isArray(body.messages) && body.messages.some(isSilent))
    usual = { ...usual, messages: body.messages.map((message) => (isSilent(message) ? withText(message) : message)) };
  if (body.reasoning_effort === "disable") usual = { ...usual, reasoning_effort: "none" };
  return usual;
}

function userTurn(text: string): Body {
  if (text.trim() === "") throw invalidField("messages", "expected at least one message, received a blank string");
  return { role: "user", content: text };
}

/** What an assistant has said may be null: it may have called tools instead. */
function isSilent(message: unknown): message is Body {
  if (!isRecord(message) || message.content !== null) return false;
  if (message.role !== "assistant") return true;
  return message.tool_calls == null && message.audio == null && message.refusal == null && message.reasoning == null;
}

function withText(message: Body): Body {
  return { ...message, content: "" };
}

const isEmptyArray = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Values that ask for nothing, and that some upstreams refuse all the same. */
const ASKS_NOTHING: [field: string, asksNothing: (value: unknown) => boolean][] = [
  ["top_k", (value) => value === 0],
  ["repetition_penalty", (value) => value === 1],
  ["stop", isEmptyArray],
  ["tools", isEmptyArray],
  ["logit_bias", (value) => isRecord(value) && Object.keys(value).length === 0],
];

/** Of a valid request: without what asks for nothing, and with what a field implies. The same object where it can be. */
export function withoutEmptyWishes<Request extends object>(request: Request): Request {
  const body = request as Body;
  let kept = body;
  for (const [field, asksNothing] of ASKS_NOTHING) {
    if (body[field] === undefined || !asksNothing(body[field])) continue;
    kept = { ...kept };
    delete kept[field];
    // How to choose among no tools is no question.
    if (field === "tools" && (kept.tool_choice === "none" || kept.tool_choice === "auto")) delete kept.tool_choice;
  }
  if (body.top_logprobs != null && body.logprobs == null) kept = { ...kept, logprobs: true };
  return kept as Request;
}

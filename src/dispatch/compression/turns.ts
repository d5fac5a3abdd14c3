import type { ChatMessage } from "../../schema/chat.ts";

/** Messages that go or stay together: a tool call with its results, otherwise a single message. In order. */
type Group = ChatMessage[];

/** What one side says and the other answers. */
interface Turn {
  /** The user's message, behind instructions that came just before it. Empty where an answer comes first. */
  opening: Group[];
  answers: Group[];
}

/** A stretch of a conversation. */
export interface Stretch {
  /** What is removed as one: groups, or whole turns. */
  units: ChatMessage[][];
  /** Stretches of rank 1 give up units first; those of rank 0 give none. */
  rank: 0 | 1 | 2 | 3;
}

/**
 * A conversation in stretches, in order, which together are the whole of it. What is left when all ranked units are
 * removed is well-formed: instructions, the first question with its final answer, the last question and the last
 * message with the call that it belongs to.
 */
export function stretchesOf(messages: readonly ChatMessage[]): Stretch[] {
  const firstSpoken = messages.findIndex((message) => !isInstruction(message));
  const headLength = firstSpoken === -1 ? messages.length : firstSpoken;
  const turns = turnsOf(groupsOf(messages.slice(headLength)));
  const first = turns.shift();
  const last = turns.pop();
  return [
    { units: [messages.slice(0, headLength)], rank: 0 },
    ...(first ? stretchesOfTurn(first, last ? 2 : 3, last === undefined) : []),
    { units: turns.map(({ opening, answers }) => [...opening, ...answers].flat()), rank: 1 },
    ...(last ? stretchesOfTurn(last, 3, true) : []),
  ];
}

/** A turn's own middle, between its opening and its final answer, has the given rank. */
function stretchesOfTurn({ opening, answers }: Turn, rank: 2 | 3, isLast: boolean): Stretch[] {
  const start = opening.length > 0 ? opening : answers.slice(0, 1);
  const middle = opening.length > 0 ? answers : answers.slice(1);
  const closing = middle.at(-1);
  // An exchange with tools at the end of an earlier turn led to no answer.
  const isKept = closing !== undefined && (isLast || closing.length === 1);
  return [
    { units: start, rank: 0 },
    { units: isKept ? middle.slice(0, -1) : middle, rank },
    { units: isKept ? [closing] : [], rank: 0 },
  ];
}

/** A question opens a turn; instructions between turns belong to the question behind them. */
function turnsOf(groups: Group[]): Turn[] {
  const turns: Turn[] = [];
  let current: Turn | undefined;
  for (const group of groups) {
    const [message] = group;
    const opens = message?.role === "user" || (message !== undefined && isInstruction(message));
    const waitsForQuestion = current?.answers.length === 0 && current.opening.flat().every(isInstruction);
    if (current === undefined || (opens && !waitsForQuestion)) {
      current = { opening: [], answers: [] };
      turns.push(current);
    }
    (opens ? current.opening : current.answers).push(group);
  }
  return turns;
}

/** A result that comes late joins all that stands between it and its call. */
function groupsOf(messages: readonly ChatMessage[]): Group[] {
  const starts: number[] = [];
  /** Where the latest call of an id is. */
  const calls = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    const call = message.role === "tool" ? calls.get(message.tool_call_id) : undefined;
    if (call === undefined) starts.push(index);
    else while ((starts.at(-1) ?? 0) > call) starts.pop();
    if (message.role === "assistant") for (const { id } of message.tool_calls ?? []) calls.set(id, index);
  }
  return starts.map((start, position) => messages.slice(start, starts[position + 1]));
}

function isInstruction({ role }: ChatMessage): boolean {
  return role === "system" || role === "developer";
}

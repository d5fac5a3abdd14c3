import type { ChatMessage } from "../../schema/chat.ts";
import { type Stretch, stretchesOf } from "./turns.ts";

type Weigh = (message: ChatMessage) => number;

/**
 * The conversation without as much of its middle as it takes to weigh `limit` at most: turns between the first one
 * and the last, then exchanges with tools within these two. Still too heavy when that is not enough.
 */
export function removeMiddle(messages: ChatMessage[], limit: number, weigh: Weigh): ChatMessage[] {
  if (sum(messages, weigh) <= limit) return messages;
  const stretches = stretchesOf(messages);
  for (const rank of [1, 2, 3]) {
    const stretch = stretches.find((candidate) => candidate.rank === rank);
    if (!stretch) continue;
    const others = stretches.filter((other) => other !== stretch);
    const room = limit - sum(messagesOf(others), weigh);
    stretch.units = keepEnds(stretch.units, room, weigh);
  }
  return messagesOf(stretches);
}

/** As many units from both ends as there is room for, as much at one end as at the other. */
function keepEnds(units: ChatMessage[][], room: number, weigh: Weigh): ChatMessage[][] {
  const weights = units.map((unit) => sum(unit, weigh));
  let [start, end] = [0, units.length];
  let [startWeight, endWeight] = [0, 0];
  const fits = (weight = 0) => startWeight + endWeight + weight <= room;
  while (start < end) {
    const [fitsStart, fitsEnd] = [fits(weights[start]), fits(weights[end - 1])];
    if (fitsEnd && (endWeight <= startWeight || !fitsStart)) endWeight += weights[--end] ?? 0;
    else if (fitsStart) startWeight += weights[start++] ?? 0;
    else break;
  }
  return [...units.slice(0, start), ...units.slice(end)];
}

function messagesOf(stretches: Stretch[]): ChatMessage[] {
  return stretches.flatMap(({ units }) => units.flat());
}

function sum(messages: readonly ChatMessage[], weigh: Weigh): number {
  return messages.reduce((total, message) => total + weigh(message), 0);
}

import { withoutOverlaps } from "./pii/overlaps.ts";
import type { Replacer } from "./pii/replacer.ts";
import type { PiiSpan } from "./pii/settings.ts";
import type { TextSlot } from "./texts.ts";

type Detect = (text: string) => Promise<PiiSpan[]>;

/** The parts of a message as one text. */
interface Joined {
  parts: TextSlot[];
  /** Where each part ends in the text. */
  ends: number[];
  /** Begin in one part and end in another. */
  spans: PiiSpan[];
  text: string;
}

/** Kinds of personal data that begin in one part of a message and end in another: no part alone shows them. */
export async function tornKinds(slots: readonly TextSlot[], detect: Detect): Promise<PiiSpan["type"][]> {
  return (await joinedMessages(slots, detect)).flatMap(({ spans }) => spans.map(({ type }) => type));
}

/** Replaces such data: what stands for it goes where it begins, and its rest is cut. */
export async function replaceTorn(slots: readonly TextSlot[], replacer: Replacer, detect: Detect): Promise<void> {
  for (const { parts, ends, spans, text } of await joinedMessages(slots, detect)) {
    const pieces = parts.map((): string[] => []);
    let from = 0;
    for (const { start, end, type } of spans) {
      share(pieces, ends, text, { start: from, end: start });
      const value = text.slice(start, end);
      const standIn = await replacer.replace(value, [{ start: 0, end: value.length, type }]);
      pieces[partAt(ends, start)]?.push(standIn);
      from = end;
    }
    share(pieces, ends, text, { start: from, end: text.length });
    for (const [index, part] of parts.entries()) part.write((pieces[index] ?? []).join(""));
  }
}

/** The messages of several parts in which something is torn. */
async function joinedMessages(slots: readonly TextSlot[], detect: Detect): Promise<Joined[]> {
  const messages = Map.groupBy(
    slots.filter(({ message }) => message !== undefined),
    ({ message }) => message,
  );
  const torn: Joined[] = [];
  for (const parts of messages.values()) {
    if (parts.length === 1) continue;
    const text = parts.map((part) => part.text).join("");
    let end = 0;
    const ends = parts.map((part) => (end += part.text.length));
    const found = withoutOverlaps(await detect(text));
    const spans = found.filter((span) => partAt(ends, span.start) !== partAt(ends, span.end - 1));
    if (spans.length > 0) torn.push({ parts, ends, spans, text });
  }
  return torn;
}

/** The part that this unit of the joined text is in. */
function partAt(ends: number[], at: number): number {
  return ends.findIndex((end) => at < end);
}

/** Gives the text from here to there to the parts that it came from. */
function share(pieces: string[][], ends: number[], text: string, { start, end }: { start: number; end: number }): void {
  for (const [index, partEnd] of ends.entries()) {
    const partStart = ends[index - 1] ?? 0;
    pieces[index]?.push(text.slice(Math.max(start, partStart), Math.max(start, partStart, Math.min(end, partEnd))));
  }
}

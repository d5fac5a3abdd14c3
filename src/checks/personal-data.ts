import type { ChatRequest } from "../schema/chat.ts";
import type { ChecksSettings } from "../schema/checks.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { refusal, requireScannable } from "./findings.ts";
import { detectPii } from "./pii/detect.ts";
import { judgePii } from "./pii/judge.ts";
import { createReplacer, type Replacer } from "./pii/replacer.ts";
import { type PiiSettings, type PiiSpan, piiSettingsOf } from "./pii/settings.ts";
import type { WantedChecks } from "./required.ts";
import { draftOf, type TextSlot } from "./texts.ts";
import { replaceTorn, tornKinds } from "./torn-data.ts";

/** For the call of a judge, all its fallbacks included. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** Words of two parts that only meet would make wrong names. */
const NAMES = new Set<PiiSpan["type"]>(["PERSON", "LOCATION"]);
/** What stands before the name of one who speaks: it tells what a lone word is. */
const NAME_LABEL = "name: ";
/** Between two texts that are judged together. */
const GAP = "\n\n";

/**
 * Looks for personal data in what a client and its tools say. Gives the request as it may leave: with `block` unchanged,
 * or not at all; with `replace` without what was found. System messages count where the operator says so. A judge, where
 * there is one, sees what is left.
 */
export async function withoutPersonalData(
  chat: ChatRequest,
  { pii, method, spared }: Pick<WantedChecks, "pii" | "method" | "spared">,
  settings: ChecksSettings,
  sides: SideCalls,
): Promise<ChatRequest> {
  const draft = draftOf(chat);
  const isScanned = ({ speaker }: TextSlot) => speaker !== "system" || settings.scan_system === true;
  const [slots, names] = [draft.slots.filter(isScanned), draft.names.filter(isScanned)];
  const all = [...slots, ...names];
  requireScannable(all, "pii");
  const wanted = piiSettingsOf(settings, spared);
  const detect = (text: string) => detectPii(text, wanted);
  const detectTorn = async (text: string) => (await detect(text)).filter(({ type }) => !NAMES.has(type));
  if (pii === "block") {
    const entities = new Set<string>();
    for (const { text } of slots) for (const { type } of await detect(plainJson(text))) entities.add(type);
    for (const { text } of names) for (const { type } of await inName(text, detect)) entities.add(type);
    for (const type of await tornKinds(slots, detectTorn)) entities.add(type);
    if (entities.size === 0)
      for (const { type } of (await judged(all, wanted, settings, sides)).flat()) entities.add(type);
    if (entities.size > 0) throw refusal("pii", { entities: [...entities] });
    return chat;
  }
  const replacer = createReplacer(method);
  for (const slot of slots) await rewrite(slot, replacer, detect);
  for (const name of names) await rewrite(name, replacer, (text) => inName(text, detect));
  await replaceTorn(slots, replacer, detectTorn);
  const finds = await judged(all, wanted, settings, sides);
  for (const [index, slot] of all.entries())
    if (finds[index]?.length) await rewrite(slot, replacer, sameIn(plainJson(slot.text), finds[index] ?? []));
  return draft.chat;
}

/** What the operator's judge finds in each text; one call for all of them, none where nobody looks for its kinds. */
async function judged(
  slots: readonly TextSlot[],
  { entities }: PiiSettings,
  settings: ChecksSettings,
  sides: SideCalls,
): Promise<PiiSpan[][]> {
  const model = settings.pii?.judge;
  const texts = slots.map(({ text }) => plainJson(text));
  const isWanted = entities.includes("PERSON") || entities.includes("LOCATION");
  if (!model || !isWanted || texts.every((text) => text.trim() === "")) return [];
  const found = await judgePii(sides, model, texts.join(GAP), settings.timeout_ms ?? DEFAULT_TIMEOUT_MS);
  let from = 0;
  return texts.map((text) => {
    const [start, end] = [from, from + text.length];
    from = end + GAP.length;
    return found
      .filter((span) => span.start >= start && span.end <= end && entities.includes(span.type))
      .map((span) => ({ ...span, start: span.start - start, end: span.end - start }));
  });
}

type Detect = (text: string) => Promise<PiiSpan[]>;

/** What is found in the name of one who speaks. */
async function inName(name: string, detect: Detect): Promise<PiiSpan[]> {
  const from = NAME_LABEL.length;
  const spans = await detect(NAME_LABEL + name);
  return spans.map(({ start, end, type }) => ({ start: Math.max(0, start - from), end: end - from, type }));
}

async function rewrite(slot: TextSlot, replacer: Replacer, detect: Detect): Promise<void> {
  const text = plainJson(slot.text);
  const spans = await detect(text);
  if (spans.length === 0) return;
  const written = await replacer.replace(text, spans);
  const json = JSON_LIKE.test(text) ? parseJson(text) : undefined;
  // What was JSON stays JSON: a number that was found becomes a string.
  const isBroken = json !== undefined && parseJson(written) === undefined;
  slot.write(isBroken ? JSON.stringify(await rewriteLeaves(json, replacer, detect)) : written);
}

/** Finds in a text what was found in the text that it is a part of. */
function sameIn(whole: string, spans: readonly PiiSpan[]): Detect {
  return async (text) => {
    if (text === whole) return [...spans];
    const values = new Map(spans.map(({ start, end, type }) => [whole.slice(start, end), type]));
    return [...values].flatMap(([value, type]) => {
      const start = text.indexOf(value);
      return start === -1 ? [] : [{ start, end: start + value.length, type }];
    });
  };
}

const JSON_LIKE = /^\s*[[{"]/;

/** Characters that JSON may write as `\u0040` as what they are; nothing is hidden from a reader by that. */
function plainJson(text: string): string {
  if (!JSON_LIKE.test(text)) return text;
  return text.replace(/\\u00([2-7][0-9a-f])/gi, (written, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return character === '"' || character === "\\" ? written : character;
  });
}

type Reviver = (name: string, value: unknown, context: { source?: string }) => unknown;

/** A number with more digits than can be counted with stays what was written, as a string. */
const withAllDigits: Reviver = (_name, value, { source }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined && /^\d+$/.test(source)
    ? source
    : value;

function parseJson(text: string): unknown {
  try {
    return (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, withAllDigits);
  } catch {
    return undefined;
  }
}

async function rewriteLeaves(value: unknown, replacer: Replacer, detect: Detect): Promise<unknown> {
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    const spans = await detect(text);
    return spans.length > 0 ? replacer.replace(text, spans) : value;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await rewriteLeaves(item, replacer, detect));
    return items;
  }
  if (typeof value !== "object" || value === null) return value;
  const pairs: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value))
    pairs.push([String(await rewriteLeaves(name, replacer, detect)), await rewriteLeaves(inner, replacer, detect)]);
  return Object.fromEntries(pairs);
}

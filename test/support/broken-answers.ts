import { gzipSync } from "node:zlib";
import { beginningOf, type Dialect, streamed } from "./dialects.ts";
import { ANSWERS, cut, ESTIMATED, type Fate, type Fault, fails, INTERRUPTED, MALFORMED } from "./fates.ts";
import { event, ROLE } from "./openai-chat.ts";
import { type Answer, type BodyOptions, body, json, pause, type Step } from "./upstream.ts";

/** The wire formats whose events are text, and how they call an overload; `says`: what a client is told of it. */
export const TEXT_APIS = {
  "openai-chat": { overload: "server_error", says: 502 },
  "anthropic-messages": { overload: "overloaded_error", says: 503 },
  "google-gemini": { overload: "UNAVAILABLE", says: 502 },
} as const;
export type TextApi = keyof typeof TEXT_APIS;

/** What the upstream would say if nothing went wrong. */
export const SAID = "Down by the river, where the points are.";

/** That in one wire format, in pieces. */
interface Sayings {
  dialect: Dialect;
  /** Events before there is anything to read. */
  small: string[];
  /** Events of the first half of the words, the one after them, and all that follow the first half. */
  begun: string[];
  next: string;
  rest: string[];
  /** The answer as JSON. */
  whole: string;
}

/** The answers that end too early, say something wrong, or are merely odd. */
export function brokenAnswers(dialect: Dialect, api: TextApi): Fault[] {
  const sayings = sayingsOf(dialect);
  return [...brokenBodies(sayings), ...brokenWords(sayings, api), ...oddEndings(sayings), ...oddForms(sayings)];
}

function sayingsOf(dialect: Dialect): Sayings {
  const events = eventsOf(dialect.stream({ text: SAID }));
  const begun = beginningOf(dialect, SAID).length - 1;
  const small: Partial<Record<string, string[]>> = {
    "openai-chat": [ROLE],
    "google-gemini": [event({ responseId: "gemini-upstream" })],
  };
  return {
    dialect,
    small: [": hello\n\n", ...(small[dialect.api] ?? events.slice(0, 2))],
    begun: events.slice(0, begun),
    next: events[begun] ?? "",
    rest: events.slice(begun),
    whole: JSON.stringify(dialect.whole({ text: SAID })),
  };
}

/** How a body that has begun can go on: what that is if nothing of it was to be read yet, and if something was. */
const BREAKS: { name: string; rest: Iterable<Step>; before: Fate; after: Fate; whole?: Fate; isSlow?: boolean }[] = [
  { name: "a reset", rest: [pause(20), "reset"], before: INTERRUPTED, after: cut() },
  { name: "a close", rest: [pause(20), "fin"], before: INTERRUPTED, after: cut() },
  { name: "a clean end", rest: [], before: INTERRUPTED, after: cut(), whole: MALFORMED },
  { name: "silence", rest: ["stall"], before: fails("timed_out", 504), after: cut(504), isSlow: true },
  { name: "comments", rest: forEver(": hm\n"), before: fails("timed_out", 504), after: cut(504), isSlow: true },
];

function brokenBodies({ dialect, small, begun, next, whole }: Sayings): Fault[] {
  return BREAKS.flatMap(({ name, rest, before, after, whole: fate = before, isSlow = false }) => {
    const broken = (begins: string, events: string[], streamedFate: Fate, chars: number): Fault => ({
      name: `${begins}, then ${name}`,
      isSlow,
      streamed: { answer: streamed(dialect, joined(events, rest)), fate: streamedFate },
      whole: { answer: asJson([whole.slice(0, chars)], rest), fate },
    });
    return [
      broken("headers", [], before, 0),
      broken("small talk", small, before, 1),
      broken("half an answer", begun, after, whole.length / 2),
      broken("half an event", [...begun, next.slice(0, next.length / 2)], after, whole.length - 1),
    ];
  });
}

function brokenWords({ dialect, small, begun, rest, whole }: Sayings, api: TextApi): Fault[] {
  const { overload, says } = TEXT_APIS[api];
  const wrong = dialect.streamError("The rails are wet.", overload);
  const refused = { answer: json(dialect.refusal("The rails are wet.", overload)), fate: fails("overloaded", says) };
  const events = (fate: Fate, ...steps: Iterable<Step>[]) => ({ answer: streamed(dialect, joined(...steps)), fate });
  const text = (fate: Fate, ...steps: Step[]) => ({ answer: asJson(steps), fate });
  const page = "<html><body>Welcome!</body></html>";
  return [
    { name: "an error in place of words", streamed: events(fails("overloaded", says), small, [wrong]), whole: refused },
    { name: "an error in mid-answer", streamed: events(cut(says), begun, [wrong], rest), whole: refused },
    {
      name: "half a tool call, then a close",
      streamed: events(api === "google-gemini" ? INTERRUPTED : cut(), halfCall(dialect), [pause(20), "fin"]),
      whole: text(INTERRUPTED, whole.slice(0, -9), pause(20), "fin"),
    },
    {
      name: "an event that is no JSON",
      streamed: events(cut(), begun, [event("{oops")], rest),
      whole: text(MALFORMED, "{oops"),
    },
    { name: "a page of HTML", streamed: events(INTERRUPTED, [page]), whole: text(MALFORMED, page) },
    {
      name: "an event without an end",
      streamed: events(MALFORMED, small, ["data: ", "x".repeat(33 * 1024 * 1024)]),
      whole: text(MALFORMED, "[", "1,".repeat(1024 * 1024)),
    },
    {
      name: "an empty answer",
      streamed: events(fails("empty", 502), eventsOf(dialect.stream({})).map(withoutUsage)),
      whole: text(fails("empty", 502), withoutUsage(JSON.stringify(dialect.whole({})))),
    },
  ];
}

/** A stream up to the middle of the arguments. In Google's format a call comes in one event, which is broken off. */
function halfCall(dialect: Dialect): string[] {
  const events = eventsOf(dialect.stream({ calls: [{ id: "call_1", name: "look", input: { at: "the river" } }] }));
  if (dialect.api === "google-gemini") return [events[0]?.slice(0, -30) ?? ""];
  return events.slice(0, events.findIndex((one) => one.includes('{\\"at')) + 1);
}

function oddEndings({ dialect, begun, rest, whole }: Sayings): Fault[] {
  const all = [...begun, ...rest];
  const endsAt = all.findIndex((one) => /"(finish_?reason|stop_reason)":"(stop|STOP|end_turn)"/i.test(one));
  const [finish = "", ...afterFinish] = all.slice(endsAt);
  const toFinish = all.slice(0, endsAt + 1);
  const events = (fate: Fate, ...steps: Iterable<Step>[]) => ({ answer: streamed(dialect, joined(...steps)), fate });
  const good = { answer: asJson([whole]), fate: ANSWERS };
  // OpenAI's format tells the usage after the finish reason.
  const sure = dialect.api === "openai-chat" ? ESTIMATED : ANSWERS;
  // Google's may have a finish reason in every event: only the end of the body is the end.
  const isSure = dialect.api !== "google-gemini";
  return [
    {
      name: "a finish reason, then a reset",
      streamed: events(isSure ? sure : cut(), toFinish, [pause(20), "reset"]),
      whole: good,
    },
    {
      name: "a finish reason, then silence",
      isSlow: true,
      streamed: events(isSure ? sure : cut(504), toFinish, ["stall"]),
      whole: good,
    },
    { name: "a finish reason, then an end", streamed: events(sure, toFinish), whole: good },
    { name: "a second finish reason", streamed: events(ANSWERS, toFinish, [finish], afterFinish), whole: good },
    {
      name: "no usage",
      streamed: events(ESTIMATED, all.map(withoutUsage)),
      whole: { answer: asJson([withoutUsage(whole)]), fate: ESTIMATED },
    },
  ];
}

function oddForms({ dialect, begun, rest, whole }: Sayings): Fault[] {
  const stream = [...begun, ...rest].join("");
  const typed = (type: string | undefined, steps: Step[], fate: Fate, headers: BodyOptions["headers"] = {}) => {
    return { answer: body(steps, { headers: { ...headers, ...(type && { "content-type": type }) } }), fate };
  };
  const [asJsonType, asEvents, asText] = ["application/json", "text/event-stream", "text/plain"];
  const gzip = { "content-encoding": "gzip" };
  const [packed, packedWhole] = [gzipSync(stream), gzipSync(whole)];
  return [
    {
      name: "garbage between events",
      streamed: { answer: streamed(dialect, [...begun, GARBAGE, ...rest]), fate: ANSWERS },
      whole: typed(asJsonType, [whole, GARBAGE], MALFORMED),
    },
    {
      name: "garbage in place of words",
      streamed: typed(asEvents, [GARBAGE], INTERRUPTED),
      whole: typed(asJsonType, [GARBAGE], MALFORMED),
    },
    {
      name: "the form that was not asked for",
      streamed: typed(asJsonType, [whole], ANSWERS),
      whole: typed(asEvents, [stream], ANSWERS),
    },
    {
      name: "no content type",
      streamed: typed(undefined, [stream], ANSWERS),
      whole: typed(undefined, [whole], ANSWERS),
    },
    {
      name: "a wrong content type",
      streamed: typed(asText, [stream], MALFORMED),
      whole: typed(asText, [whole], ANSWERS),
    },
    {
      name: "compressed bytes",
      streamed: typed(asEvents, [packed], ANSWERS, gzip),
      whole: typed(asJsonType, [packedWhole], ANSWERS, gzip),
    },
    {
      name: "half the compressed bytes",
      streamed: typed(asEvents, [packed.subarray(0, 20), pause(20), "fin"], INTERRUPTED, gzip),
      whole: typed(asJsonType, [packedWhole.subarray(0, 20), pause(20), "fin"], INTERRUPTED, gzip),
    },
  ];
}

const GARBAGE = new Uint8Array([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80, 0x0a, 0x0a]);

function asJson(...steps: Iterable<Step>[]): Answer {
  return body(joined(...steps), { headers: { "content-type": "application/json" } });
}

/** One event a step. */
function eventsOf(steps: Step[]): string[] {
  return steps.join("").match(/.+?\n\n/gs) ?? [];
}

function withoutUsage(text: string): string {
  return text.replaceAll(/,"usage(Metadata)?":\{[^{}]*\}/g, "");
}

/** Can be gone through again and again. */
export function joined(...parts: Iterable<Step>[]): Iterable<Step> {
  return {
    *[Symbol.iterator]() {
      for (const steps of parts) yield* steps;
    },
  };
}

/** One step every 20 ms. */
export function forEver(step: Step): Iterable<Step> {
  return {
    *[Symbol.iterator]() {
      for (;;) {
        yield step;
        yield pause(20);
      }
    },
  };
}

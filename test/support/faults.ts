import { gzipSync } from "node:zlib";
import type { FailureKind } from "../../src/errors.ts";
import { beginningOf, DIALECTS, type Dialect, streamed } from "./dialects.ts";
import { event } from "./openai-chat.ts";
import { type Answer, body, die, hang, json, pause, redirect, type Step } from "./upstream.ts";

/** What becomes of a request whose upstream does something wrong, if no other one is there to help. */
export type Fate =
  /** Nothing of it is seen: a status, and the failure in the record. Another candidate helps. */
  | { end: "fails"; kind: FailureKind; status: number | null; says: number; retryAfter?: string; calls?: 2 }
  /** It has begun: an error chunk in the stream. Nobody helps. */
  | { end: "cut"; says: 502 | 504 }
  /** It takes nothing from the answer. */
  | { end: "answers"; certainty?: "estimated" };

export interface Fault {
  name: string;
  /** To a request that wants a stream, and to one that wants the answer whole. */
  streamed: { answer: Answer; fate: Fate };
  whole: { answer: Answer; fate: Fate };
  /** The row's timeouts are to run out. */
  isSlow?: boolean;
  /** Nothing listens. */
  isRefused?: boolean;
}

/** What the upstream would say if nothing went wrong, and its first half. */
export const SAID = "Down by the river.";
export const HALF = SAID.slice(0, 9);
const CALL = { id: "call_1", name: "look", input: { where: "at the river" } };

const fails = (kind: FailureKind, says: number, status: number | null = 200): Fate => {
  return { end: "fails", kind, status, says };
};
const cut = (says: 502 | 504 = 502): Fate => ({ end: "cut", says });
const ANSWERS: Fate = { end: "answers" };
const ESTIMATED: Fate = { end: "answers", certainty: "estimated" };

const REFUSALS: [status: number, kind: FailureKind, says: number][] = [
  [302, "malformed", 502],
  [400, "rejected", 400],
  [401, "unauthorized", 502],
  [402, "unauthorized", 502],
  [403, "unauthorized", 502],
  [404, "not_found", 404],
  [408, "timed_out", 504],
  [409, "rejected", 400],
  [413, "rejected", 400],
  [422, "rejected", 400],
  [425, "rejected", 400],
  [429, "rate_limited", 429],
  [451, "moderated", 403],
  [500, "overloaded", 502],
  [502, "overloaded", 502],
  [503, "overloaded", 503],
  [504, "overloaded", 502],
  [524, "overloaded", 502],
  [529, "overloaded", 503],
];

/** Every fault in the words of one wire format, which sends its events as text. */
export function faultsOf(api: "openai-chat" | "anthropic-messages" | "google-gemini"): Fault[] {
  const dialect = DIALECTS[api];
  return [...refusals(dialect), ...brokenConnections(dialect), ...brokenStreams(dialect), ...oddities(dialect)];
}

/** A fault that does not ask what the request wants. */
function always(name: string, answer: Answer, fate: Fate): Fault {
  return { name, streamed: { answer, fate }, whole: { answer, fate } };
}

function refusals(dialect: Dialect): Fault[] {
  const said = dialect.refusal("Not now, not here.", "some_code");
  const busy = (headers: Record<string, string>) => json(said, { status: 429, headers });
  const busyUntil = (retryAfter: string): Fate => ({ ...fails("rate_limited", 429, 429), retryAfter }) as Fate;
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const page = (status: number) =>
    body(["<html><body><h1>No.</h1></body></html>"], { status, headers: { "content-type": "text/html" } });
  return [
    ...REFUSALS.map(([status, kind, says]) =>
      always(`status ${status}`, json(said, { status }), fails(kind, says, status)),
    ),
    always("a redirect to another host", redirect("http://127.0.0.1:9/"), fails("malformed", 502, 302)),
    always("429, to wait for seconds", busy({ "retry-after": "7" }), busyUntil("7")),
    always("429, to wait for milliseconds", busy({ "retry-after-ms": "2500" }), busyUntil("3")),
    always("429, to wait until a date", busy({ "retry-after": inAnHour }), busyUntil("3600")),
    always("429, to wait for nonsense", busy({ "retry-after": "soon" }), fails("rate_limited", 429, 429)),
    always("503 with a page of HTML", page(503), fails("overloaded", 503, 503)),
    always("403 with a page of HTML", page(403), fails("unauthorized", 502, 403)),
    always("500 with nothing", body([], { status: 500 }), fails("overloaded", 502, 500)),
    always("500 with a page too long to read", body(longPage(), { status: 500 }), fails("overloaded", 502, 500)),
    always("500 whose page is cut", body(["<html>", "reset"], { status: 500 }), fails("overloaded", 502, 500)),
  ];
}

/** Without a fallback, a connection that was lost before an answer is tried once more. */
function brokenConnections(dialect: Dialect): Fault[] {
  const unreachable: Fate = { end: "fails", kind: "unreachable", status: null, says: 502, calls: 2 };
  const late = (status: number | null) => fails("timed_out", 504, status);
  const garbage: Answer = ({ request }) => void request.socket.end("This is not HTTP at all.\r\n\r\n");
  const bare = (steps: Step[]): Pick<Fault, "streamed" | "whole"> => ({
    streamed: { answer: streamed(dialect, steps), fate: fails("interrupted", 502) },
    whole: { answer: asJson(steps), fate: fails("interrupted", 502) },
  });
  const stall = bare(["stall"]);
  stall.streamed.fate = late(200);
  stall.whole.fate = late(200);
  return [
    { ...always("a refused connection", hang(), unreachable), isRefused: true },
    always("a reset in place of an answer", die("reset"), unreachable),
    always("a close in place of an answer", die("fin"), unreachable),
    always("an answer that is not HTTP", garbage, { ...unreachable, calls: undefined } as Fate),
    { ...always("no answer", hang(), late(null)), isSlow: true },
    { name: "headers, then nothing", isSlow: true, ...stall },
    { name: "headers, then a reset", ...bare([pause(20), "reset"]) },
    { name: "headers, then a close", ...bare([pause(20), "fin"]) },
  ];
}

/** How a body that has begun can go on, and what that is for one of which nothing was seen, or something. */
function breaks(): { name: string; then: Iterable<Step>; before: Fate; after: Fate; whole?: Fate; isSlow?: boolean }[] {
  const interrupted = { before: fails("interrupted", 502), after: cut() };
  const late = { before: fails("timed_out", 504), after: cut(504), isSlow: true };
  return [
    { name: "a reset", then: [pause(20), "reset"], ...interrupted },
    { name: "a close", then: [pause(20), "fin"], ...interrupted },
    { name: "a clean end", then: [], ...interrupted, whole: fails("malformed", 502) },
    { name: "silence", then: ["stall"], ...late },
    { name: "comments for ever", then: forEver(": still here\n\n"), ...late },
  ];
}

function brokenBodies(dialect: Dialect): Fault[] {
  const { begun, next, small, whole } = piecesOf(dialect);
  const events = (steps: Iterable<Step>[], fate: Fate) => ({ answer: streamed(dialect, joined(...steps)), fate });
  const half = (length: number, then: Iterable<Step>, fate: Fate) => {
    return { answer: asJson(joined([whole.slice(0, length)], then)), fate };
  };
  return breaks().flatMap(({ name, then, before, after, whole: fate = before, isSlow = false }) => [
    { name: `headers, then ${name}`, isSlow, streamed: events([then], before), whole: half(0, then, fate) },
    { name: `small talk, then ${name}`, isSlow, streamed: events([small, then], before), whole: half(1, then, fate) },
    {
      name: `half an answer, then ${name}`,
      isSlow,
      streamed: events([begun, then], after),
      whole: half(whole.length / 2, then, fate),
    },
    {
      name: `half an event, then ${name}`,
      isSlow,
      streamed: events([begun, [next.slice(0, next.length / 2)], then], after),
      whole: half(whole.length - 1, then, fate),
    },
  ]);
}

/** How an overload is called inside a stream, and what a client is told. */
const OVERLOAD = {
  "openai-chat": { code: "server_error", says: 502 },
  "anthropic-messages": { code: "overloaded_error", says: 503 },
  "google-gemini": { code: "UNAVAILABLE", says: 502 },
} as const;

function brokenWords(dialect: Dialect, { code, says }: (typeof OVERLOAD)[TextApi]): Fault[] {
  const { begun, small, whole, finish, rest } = piecesOf(dialect);
  const call = callBeginning(dialect);
  const wrong = dialect.streamError("The rails are wet.", code);
  const refused = { answer: json(dialect.refusal("The rails are wet.", code)), fate: fails("overloaded", says) };
  const cutWhole = { answer: asJson([whole.slice(0, 60), "fin"]), fate: fails("interrupted", 502) };
  const good = { answer: asJson([whole]), fate: ANSWERS };
  const events = (steps: Step[], fate: Fate) => ({ answer: streamed(dialect, steps), fate });
  const malformed = (text: string) => ({ answer: asJson([text]), fate: fails("malformed", 502) });
  const noUsage = (text: string) => text.replaceAll(/,"usage(Metadata)?":\{[^{}]*\}/g, "");
  const nothing = dialect.stream({}).map((step) => noUsage(String(step)));
  const oversized = `data: {"x":"${"x".repeat(33 * 1024 * 1024)}`;
  return [
    {
      name: "an error in place of the first token",
      streamed: events([...small, wrong], fails("overloaded", says)),
      whole: refused,
    },
    { name: "an error in mid-answer", streamed: events([...begun, wrong, ...rest], cut(says)), whole: refused },
    {
      name: "half a tool call, then a close",
      // Here a call comes in one piece, or not at all.
      streamed: events([...call, pause(20), "fin"], dialect.api === "google-gemini" ? cutWhole.fate : cut()),
      whole: cutWhole,
    },
    {
      name: "an event that is not JSON",
      streamed: events([...begun, event("{oops"), ...rest], cut()),
      whole: malformed("{oops"),
    },
    {
      name: "an event without an end",
      streamed: events([...small, oversized], fails("malformed", 502)),
      whole: malformed(`["${"x".repeat(1024 * 1024)}`),
    },
    {
      name: "an empty answer",
      streamed: events(nothing, fails("empty", 502)),
      whole: { answer: json(JSON.parse(noUsage(JSON.stringify(dialect.whole({}))))), fate: fails("empty", 502) },
    },
    { name: "no usage", streamed: events([...begun, ...rest].map((one) => noUsage(String(one))), ESTIMATED), whole: { answer: asJson([noUsage(whole)]), fate: ESTIMATED } },
    { name: "a second finish reason", streamed: events([...begun, ...rest.flatMap((one) => one === finish ? [one, one] : [one])], ANSWERS), whole: good },
  ];
}

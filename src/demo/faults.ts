import { FOREVER_MS, type Step } from "./play.ts";
import { ending, errorBody, event, type StreamScript } from "./wire.ts";

/** An answer that goes wrong, or is at least odd, in both modes. */
export interface Accident {
  /** What the good answer would say. */
  text: string;
  /** The tool that it would call instead. */
  toolCall?: { name: string; arguments: string };
  /** In place of the right one; `streamed` of a stream only. */
  contentType?: { streamed: string; whole?: string };
  /** A good stream and the good JSON body in, the script to play out. */
  stream(good: StreamScript, body: string): Iterable<Step>;
  /** A good JSON body in, the script to play out: the nearest thing to what the stream does. */
  whole(body: string): Iterable<Step>;
}

const BREAK: Step = { type: "break" };
const SILENCE: Step = { type: "pause", ms: FOREVER_MS };
/** Long enough to see in a stream, shorter than any sensible deadline. */
const SLOW: Step = { type: "pause", ms: 1500 };
/** Between two signs of life that say nothing. */
const BEAT: Step = { type: "pause", ms: 200 };
const UPSET = errorBody({ message: "This demo model lost its thread.", type: "server_error", code: "overloaded" });

/** The model that never answers at all, not even with a status. */
export const HANG = "fault-hang";

const TEXT = "This demo answer would have come to a proper end, had nothing happened on the way.";
const ODD = "This demo answer is odd, and all there.";
const AFTERTHOUGHT = 'data: {"choices":[{"index":0,"delta":{"content":" And yet"},"finish_reason":null}]}\n\n';
const PAGE = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>";

/** The head of a gzip file and what no decoder makes sense of: an answer that was compressed and does not say so. */
const GZIP = Uint8Array.from({ length: 256 }, (_, index) => [0x1f, 0x8b, 8, 0][index] ?? (index * 167 + 89) % 256);

/** Begun like any answer, or at least with status 200. */
export const ACCIDENTS: Record<string, Accident> = {
  "fault-babble": {
    text: ODD,
    stream: (good) => after([...good.role, ...good.content, ...good.finish, ...good.usage], beats(AFTERTHOUGHT)),
    whole: (body) => [send(body)],
  },
  "fault-comments": {
    text: TEXT,
    stream: () => beats(": still working\n\n"),
    whole: () => beats("\n"),
  },
  "fault-cut": {
    text: TEXT,
    stream: (good) => [...opening(good), BREAK],
    whole: (body) => [...firstHalf(body), BREAK],
  },
  "fault-empty": {
    text: "",
    stream: (good) => [...good.role, ...ending(good)],
    whole: (body) => [send(body)],
  },
  "fault-endless": {
    text: ODD,
    stream: (good) => after([...good.role, ...good.content, ...good.finish, ...good.usage], beats(": bye\n\n")),
    whole: (body) => after([send(body)], beats("\n")),
  },
  "fault-eof": {
    text: TEXT,
    stream: (good) => opening(good),
    whole: (body) => firstHalf(body),
  },
  "fault-error-first": {
    text: TEXT,
    stream: () => [event(UPSET)],
    whole: () => [send(JSON.stringify(UPSET))],
  },
  "fault-error-mid": {
    text: TEXT,
    stream: (good) => [...opening(good), event(UPSET)],
    whole: (body) => [send(withError(body))],
  },
  "fault-gzip": {
    text: TEXT,
    stream: () => [{ type: "bytes", bytes: GZIP }],
    whole: () => [{ type: "bytes", bytes: GZIP }],
  },
  "fault-half": {
    text: TEXT,
    stream: (good) => [...opening(good), send('data: {"choices":[{"index":0,"delta":{"content":"and th')],
    whole: (body) => [send(body.slice(0, -1))],
  },
  "fault-html": {
    text: TEXT,
    contentType: { streamed: "text/html", whole: "text/html" },
    stream: () => [send(PAGE)],
    whole: () => [send(PAGE)],
  },
  "fault-malformed": {
    text: TEXT,
    stream: (good) => [...opening(good), send('data: {"choices":[{"index":0,"delta":{"content":\n\n'), ...ending(good)],
    whole: (body) => [send(`${body.slice(0, -1)},`)],
  },
  "fault-no-usage": {
    text: ODD,
    stream: (good) => [...good.role, ...good.content, ...good.finish, ...good.done],
    whole: (body) => [send(JSON.stringify({ ...JSON.parse(body), usage: undefined }))],
  },
  "fault-one-piece": {
    text: ODD,
    contentType: { streamed: "application/json" },
    stream: (_, body) => [send(body)],
    whole: (body) => [send(body)],
  },
  "fault-silent": {
    text: TEXT,
    stream: (good) => [...good.role, SILENCE],
    whole: () => [SILENCE],
  },
  "fault-slow": {
    text: TEXT,
    stream: (good) => [...good.role, SLOW, ...good.content, ...ending(good)],
    whole: (body) => [SLOW, send(body)],
  },
  "fault-stall": {
    text: TEXT,
    stream: (good) => [...opening(good), SILENCE],
    whole: (body) => [...firstHalf(body), SILENCE],
  },
  "fault-tool-cut": {
    text: "",
    toolCall: { name: "throw_lever", arguments: JSON.stringify({ lever: 7, towards: "the orchards" }) },
    stream: (good) => opening(good),
    whole: (body) => firstHalf(body),
  },
  "fault-twice": {
    text: ODD,
    stream: (good) => [
      ...good.role,
      ...good.content,
      ...good.finish,
      ...good.finish,
      ...good.usage,
      ...twice(good.done),
    ],
    whole: (body) => [send(`\n${body}\n\n`)],
  },
  "fault-wrong-type": {
    text: TEXT,
    contentType: { streamed: "text/plain", whole: "text/plain" },
    stream: (good) => [...good.role, ...good.content, ...ending(good)],
    whole: (body) => [send(body)],
  },
};

/** The role and the first half of the content: the reader has seen text when the accident comes. */
function opening(good: StreamScript): Step[] {
  return [...good.role, ...good.content.slice(0, Math.ceil(good.content.length / 2))];
}

function firstHalf(body: string): Step[] {
  return [send(body.slice(0, Math.ceil(body.length / 2)))];
}

function twice(steps: Step[]): Step[] {
  return [...steps, ...steps];
}

function* after(steps: Step[], next: Iterable<Step>): Iterable<Step> {
  yield* steps;
  yield* next;
}

/** The same text again and again, for as long as somebody reads. */
function* beats(text: string): Iterable<Step> {
  for (;;) {
    yield send(text);
    yield BEAT;
  }
}

function send(text: string): Step {
  return { type: "send", text };
}

/** The same completion, ended by an error inside its choice. */
function withError(body: string): string {
  const completion = JSON.parse(body);
  completion.choices[0] = { ...completion.choices[0], ...UPSET, finish_reason: "error" };
  return JSON.stringify(completion);
}

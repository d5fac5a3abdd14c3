import { FOREVER_MS, type Step } from "./play.ts";
import { errorBody, event, type StreamScript, type WireError } from "./wire.ts";

/** A refusal before anything is answered: a status and an error body. */
export interface Refusal extends WireError {
  status: number;
  headers?: Record<string, string>;
}

/** An answer that goes wrong, in both modes. */
export interface Accident {
  /** What the good answer would say. */
  text: string;
  /** A good stream in, the script to play out. */
  stream(good: StreamScript): Step[];
  /** A good JSON body in, the script to play out: the nearest thing to what the stream does. */
  whole(body: string): Step[];
}

/** Refused whatever is asked. */
export const REFUSALS: Record<string, Refusal> = {
  "fault-400": {
    status: 400,
    type: "invalid_request_error",
    code: null,
    message: "This demo model takes no request at all.",
  },
  "fault-401": {
    status: 401,
    type: "authentication_error",
    code: "invalid_api_key",
    message: "This demo model does not accept the key.",
  },
  "fault-404": {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    message: "This demo model does not exist, on purpose.",
  },
  "fault-429": {
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message: "This demo model has had enough requests for now.",
    headers: { "retry-after": "2" },
  },
  "fault-500": { status: 500, type: "server_error", code: null, message: "This demo model fell over." },
  "fault-503": { status: 503, type: "server_error", code: "overloaded", message: "This demo model is overloaded." },
  "fault-context": {
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
    message: "The prompt does not fit: the maximum context length of this demo model is 0 tokens.",
  },
};

const BREAK: Step = { type: "break" };
const SILENCE: Step = { type: "pause", ms: FOREVER_MS };
/** Long enough to see in a stream, shorter than any sensible deadline. */
const SLOW: Step = { type: "pause", ms: 1500 };
const UPSET = errorBody({ message: "This demo model lost its thread.", type: "server_error", code: "overloaded" });

/** The model that never answers at all, not even with a status. */
export const HANG = "fault-hang";

const TEXT = "This demo answer would have come to a proper end, had nothing happened on the way.";

/** Begun like any answer, or at least with status 200. */
export const ACCIDENTS: Record<string, Accident> = {
  "fault-cut": {
    text: TEXT,
    stream: (good) => [...opening(good), BREAK],
    whole: (body) => [...firstHalf(body), BREAK],
  },
  "fault-empty": {
    text: "",
    stream: (good) => [...good.role, ...good.ending],
    whole: (body) => [send(body)],
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
  "fault-malformed": {
    text: TEXT,
    stream: (good) => [...opening(good), send('data: {"choices":[{"index":0,"delta":{"content":\n\n'), ...good.ending],
    whole: (body) => [send(`${body.slice(0, -1)},`)],
  },
  "fault-slow": {
    text: TEXT,
    stream: (good) => [...good.role, SLOW, ...good.content, ...good.ending],
    whole: (body) => [SLOW, send(body)],
  },
  "fault-stall": {
    text: TEXT,
    stream: (good) => [...opening(good), SILENCE],
    whole: (body) => [...firstHalf(body), SILENCE],
  },
};

/** The role and the first half of the content: the reader has seen text when the accident comes. */
function opening(good: StreamScript): Step[] {
  return [...good.role, ...good.content.slice(0, Math.ceil(good.content.length / 2))];
}

function firstHalf(body: string): Step[] {
  return [send(body.slice(0, Math.ceil(body.length / 2)))];
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

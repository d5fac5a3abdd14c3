import type { FailureKind } from "../../src/errors.ts";
import { brokenAnswers, forEver, joined, type TextApi } from "./broken-answers.ts";
import { DIALECTS, type Dialect } from "./dialects.ts";
import { type Fate, type Fault, fails } from "./fates.ts";
import { type Answer, body, die, hang, json, pause, redirect, type Step } from "./upstream.ts";

/** Every fault in the words of one wire format. */
export function faultsOf(api: TextApi): Fault[] {
  const dialect = DIALECTS[api];
  return [...refusals(dialect), ...deadLines(), ...brokenAnswers(dialect, api)];
}

const STATUSES: [status: number, kind: FailureKind, says: number][] = [
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

/** A fault that does not ask what the request wants. */
function always(name: string, answer: Answer, fate: Fate): Fault {
  return { name, streamed: { answer, fate }, whole: { answer, fate } };
}

function refusals(dialect: Dialect): Fault[] {
  const words = dialect.refusal("Not now, and not here.", "some_code");
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const busy = (name: string, headers: Record<string, string>, retryAfter?: string) => {
    const fate = { ...fails("rate_limited", 429, 429), ...(retryAfter !== undefined && { retryAfter }) };
    return always(`429, to wait ${name}`, json(words, { status: 429, headers }), fate);
  };
  const page = (status: number, steps: Iterable<Step>) =>
    body(joined(["<html><body><h1>No.</h1>"], steps), { status, headers: { "content-type": "text/html" } });
  return [
    ...STATUSES.map(([status, kind, says]) => {
      return always(`status ${status}`, json(words, { status }), fails(kind, says, status));
    }),
    busy("for seconds", { "retry-after": "7" }, "7"),
    busy("for milliseconds", { "retry-after-ms": "2500" }, "3"),
    busy("until a date", { "retry-after": inAnHour }, "(35\\d\\d|3600)"),
    busy("for nonsense", { "retry-after": "soon" }),
    always("a redirect", redirect("http://127.0.0.1:9/"), fails("malformed", 502, 302)),
    always("503 with a page", page(503, []), fails("overloaded", 503, 503)),
    always("403 with a page", page(403, []), fails("unauthorized", 502, 403)),
    always("500 with nothing", body([], { status: 500 }), fails("overloaded", 502, 500)),
    always("500 with half a page", page(500, [pause(20), "reset"]), fails("overloaded", 502, 500)),
    always("500 with an endless page", page(500, forEver("x".repeat(65_536))), fails("overloaded", 502, 500)),
    { ...always("500 with silence", page(500, ["stall"]), fails("overloaded", 502, 500)), isSlow: true },
  ];
}

/** Without a fallback, a connection that is lost before an answer is tried once more. */
function deadLines(): Fault[] {
  const lost = { ...fails("unreachable", 502, null), calls: 2 };
  const garbage: Answer = ({ request }) => void request.socket.end("This is no HTTP at all.\r\n\r\n");
  return [
    { ...always("a refused connection", hang(), { ...lost, calls: 0 }), isRefused: true },
    always("a reset in place of an answer", die("reset"), lost),
    always("a close in place of an answer", die("fin"), lost),
    always("an answer that is no HTTP", garbage, lost),
    { ...always("silence in place of an answer", hang(), fails("timed_out", 504, null)), isSlow: true },
  ];
}

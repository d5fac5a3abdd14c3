import { DEMO_SLUG } from "../../demo/catalogue.ts";
import type { FailureKind } from "../../errors.ts";
import { type Check, must, mustBe } from "./check.ts";
import type { Client, GenerationView } from "./client.ts";
import type { Answer } from "./read-answer.ts";

/** How a faulty model's answer ends: well after all, before its first word, or `late`, in the middle of it. */
type End = "good" | FailureKind | { late: FailureKind };

const late = (kind: FailureKind): End => ({ late: kind });

/** Every fault of the demo provider, and how it ends streamed and in one piece. */
export const FAULTS: [model: string, streamed: End, whole: End][] = [
  ["fault-400", "rejected", "rejected"],
  ["fault-401", "unauthorized", "unauthorized"],
  ["fault-402", "unauthorized", "unauthorized"],
  ["fault-403", "moderated", "moderated"],
  ["fault-404", "not_found", "not_found"],
  ["fault-408", "timed_out", "timed_out"],
  ["fault-413", "rejected", "rejected"],
  ["fault-429", "rate_limited", "rate_limited"],
  ["fault-500", "overloaded", "overloaded"],
  ["fault-503", "overloaded", "overloaded"],
  ["fault-529", "overloaded", "overloaded"],
  ["fault-babble", "good", "good"],
  ["fault-comments", "timed_out", "timed_out"],
  ["fault-context", "context_exceeded", "context_exceeded"],
  ["fault-cut", late("interrupted"), "interrupted"],
  ["fault-empty", "empty", "empty"],
  ["fault-endless", "good", "timed_out"],
  ["fault-eof", late("interrupted"), "malformed"],
  ["fault-error-first", "overloaded", "overloaded"],
  ["fault-error-mid", late("overloaded"), "overloaded"],
  ["fault-gzip", "interrupted", "malformed"],
  ["fault-half", late("interrupted"), "malformed"],
  ["fault-hang", "timed_out", "timed_out"],
  ["fault-html", "malformed", "malformed"],
  ["fault-malformed", late("malformed"), "malformed"],
  ["fault-no-usage", "good", "good"],
  ["fault-one-piece", "good", "good"],
  ["fault-redirect", "malformed", "malformed"],
  ["fault-silent", "timed_out", "timed_out"],
  ["fault-slow", "good", "good"],
  ["fault-stall", late("timed_out"), "timed_out"],
  ["fault-tool-cut", late("interrupted"), "malformed"],
  ["fault-twice", "good", "good"],
  ["fault-wrong-type", "malformed", "good"],
];

/** What the client is told when nothing else is left. */
const STATUS: Record<FailureKind, number> = {
  rate_limited: 429,
  overloaded: 502,
  timed_out: 504,
  unreachable: 502,
  unauthorized: 502,
  not_found: 404,
  context_exceeded: 400,
  rejected: 400,
  moderated: 403,
  empty: 502,
  malformed: 502,
  interrupted: 502,
};
/** Too much to do is said as such. */
const BUSY = new Set(["fault-503", "fault-529"]);

const ECHO = "demo/echo";
const SAID = "Which way to the orchards?";

/** Four requests for each fault: alone and with a healthy model behind it, each streamed and in one piece. */
export const FAULT_CHECKS: Check[] = [false, true].flatMap((hasFallback) =>
  [false, true].flatMap((stream) =>
    FAULTS.map(([fault, streamed, whole]): Check => {
      const group = `${hasFallback ? "faults with a fallback" : "faults alone"}${stream ? ", streamed" : ""}`;
      const end = stream ? streamed : whole;
      return { group, name: fault, run: (client) => checkFault(client, { fault, stream, end, hasFallback }) };
    }),
  ),
);

interface Case {
  fault: string;
  stream: boolean;
  end: End;
  hasFallback: boolean;
}

async function checkFault(client: Client, { fault, stream, end, hasFallback }: Case): Promise<undefined> {
  const model = `${DEMO_SLUG}/${fault}`;
  const answer = await client.ask({ stream, ...(hasFallback ? { models: [model, ECHO] } : { model }) });
  const record = await client.record(answer.id);
  mustBe("the record's streamed", record.streamed, stream);
  mustBe("the record's cancelled", record.cancelled, false);
  if (end === "good") {
    expectAnswer(answer, record, [model, undefined]);
    must(/^This demo answer .*\.$/.test(answer.text), `the answer is another one: ${answer.text.slice(0, 80)}`);
    mustBe("the record's certainty", record.cost_certainty, fault === "fault-no-usage" ? "estimated" : "exact");
  } else if (typeof end === "object") expectCut(answer, record, model, STATUS[end.late]);
  else if (hasFallback) {
    expectAnswer(answer, record, [model, end], [ECHO, undefined]);
    mustBe("the answer", answer.text, SAID);
  } else expectError(answer, record, [model, end], BUSY.has(fault) ? 503 : STATUS[end]);
}

type Attempt = [model: string, failure: string | undefined];

/** A whole answer, and books that say the same. */
export function expectAnswer(answer: Answer, record: GenerationView, ...attempts: Attempt[]): void {
  mustBe("the status", answer.status, 200);
  must(answer.error === undefined, "there is an error in the stream");
  must(answer.text !== "" || answer.toolCall !== undefined, "the answer is empty");
  expectAttempts(record, attempts);
  mustBe("the answer's model", answer.model, attempts.at(-1)?.[0]);
  mustBe("the record's outcome", record.outcome, "finished");
  mustBe("the record's finish reason", record.finish_reason, answer.finishReason);
  mustBe("the record's cost", record.total_cost, answer.usage?.cost);
  mustBe("the record's prompt tokens", record.tokens_prompt, answer.usage?.prompt_tokens);
  mustBe("the record's completion tokens", record.tokens_completion, answer.usage?.completion_tokens);
  must((record.total_cost ?? 0) > 0, "the answer has cost nothing");
}

/** One honest error before anything was said, and books that say that it cost nothing. */
function expectError(answer: Answer, record: GenerationView, attempt: Attempt, status: number): void {
  mustBe("the status", answer.status, status);
  mustBe("x-should-retry", answer.headers.get("x-should-retry"), "false");
  if (status === 429) must(Number(answer.headers.get("retry-after")) > 0, "the 429 has no Retry-After");
  expectAttempts(record, [attempt]);
  mustBe("the record's outcome", record.outcome, "failed");
  mustBe("the record's finish reason", record.finish_reason, "error");
  mustBe("the record's cost", record.total_cost, 0);
}

/** What was said stays said, the error is in the stream, nobody else is asked, and what came is paid. */
export function expectCut(answer: Answer, record: GenerationView, model: string, code: number): void {
  must(answer.text !== "" || answer.toolCall !== undefined, "nothing was said before the error");
  mustBe("the error's code", answer.error?.code, code);
  mustBe("the number of attempts", record.provider_responses.length, 1);
  mustBe("the record's model", record.model, model);
  mustBe("the record's outcome", record.outcome, "cut");
  mustBe("the record's finish reason", record.finish_reason, "error");
  mustBe("the record's certainty", record.cost_certainty, "at_least");
  must((record.total_cost ?? 0) > 0, "what came before the error has cost nothing");
}

function expectAttempts(record: GenerationView, attempts: Attempt[]): void {
  const tried = record.provider_responses.map(({ model_permaslug: model, failure }) => `${model} ${failure ?? "ok"}`);
  const wanted = attempts.map(([model, failure]) => `${model} ${failure ?? "ok"}`);
  mustBe("the attempts", tried.join(", "), wanted.join(", "));
}

import { RouterError } from "../errors.ts";
import type { ChatMessage, ChatRequest } from "../schema/chat.ts";
import type { ChecksSettings } from "../schema/checks.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { checkFailure, judgeFailure } from "./failure.ts";
import { RUBRICS } from "./rubrics.ts";

/** What a judge is asked about a text. Scores run from 0 to 1. */
export type JudgeQuestion =
  /** How toxic it is. `prompt`: what it answers, for judges that look at conversations. */
  | { check: "toxicity"; text: string; prompt?: string }
  /** How well it agrees with the reference. */
  | { check: "factuality"; reference: string; text: string }
  /** How surely it tries to turn a model against its instructions. */
  | { check: "injection"; text: string };
export type JudgedCheck = JudgeQuestion["check"];

/** For one call, all its fallbacks included. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** Of a verdict. */
const MAX_TOKENS = 64;

/** The judge of a check. Throws a 400 `not_configured` when the operator has named none. */
export function requireJudge(settings: ChecksSettings, check: JudgedCheck): string {
  const judge = settings[check]?.judge;
  if (judge) return judge;
  const message = `No judge is configured for ${check}: the operator sets checks.${check}.judge in the catalogue.`;
  throw new RouterError("not_configured", message, { metadata: { check } });
}

/**
 * Has a model score a text. Throws 400 `not_configured` without a judge, before any call; 502 `guardrail_failure` when
 * it gives anything but a readable score. What the caller's own limits or its leaving say stays what it is.
 */
export async function judgeScore(
  sides: Pick<SideCalls, "ask">,
  settings: ChecksSettings,
  question: JudgeQuestion,
): Promise<number> {
  const { check } = question;
  const isGuard = isGuarded(settings, check);
  const chat = judgeRequest(settings, question);
  let answer: string;
  try {
    answer = await sides.ask(chat, check, settings.timeout_ms ?? DEFAULT_TIMEOUT_MS);
  } catch (error) {
    throw judgeFailure(`The ${check} check could not be run: its judge did not answer.`, error);
  }
  const score = isGuard ? readGuard(answer) : readScore(answer);
  if (score === undefined) throw checkFailure(`The ${check} check could not be run: its judge gave no readable score.`);
  return score;
}

/** What a judge is sent. Throws 400 `not_configured` without one. */
export function judgeRequest(settings: ChecksSettings, question: JudgeQuestion): ChatRequest {
  const model = requireJudge(settings, question.check);
  return isGuarded(settings, question.check) ? guardRequest(model, question) : scoreRequest(model, question);
}

function isGuarded({ toxicity }: ChecksSettings, check: JudgedCheck): boolean {
  return check === "toxicity" && toxicity?.form === "llama-guard";
}

function scoreRequest(model: string, question: JudgeQuestion): ChatRequest {
  const { check, text } = question;
  const content = check === "factuality" ? { check, reference: question.reference, text } : { check, text };
  return {
    model,
    messages: [
      { role: "system", content: RUBRICS[check] },
      { role: "user", content: JSON.stringify(content) },
    ],
    temperature: 0,
    max_tokens: MAX_TOKENS,
    response_format: { type: "json_object" },
  };
}

/** Llama Guard judges the last message of a conversation. */
function guardRequest(model: string, { text, prompt }: JudgeQuestion & { prompt?: string }): ChatRequest {
  const messages: ChatMessage[] =
    prompt === undefined
      ? [{ role: "user", content: text }]
      : [
          { role: "user", content: prompt },
          { role: "assistant", content: text },
        ];
  return { model, messages, temperature: 0, max_tokens: MAX_TOKENS };
}

/** `{"score": x}` with x from 0 to 1, also in a code fence. */
function readScore(answer: string): number | undefined {
  const json = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(answer)?.[1] ?? answer;
  let verdict: unknown;
  try {
    verdict = JSON.parse(json);
  } catch {
    return undefined;
  }
  const score = typeof verdict === "object" && verdict !== null && "score" in verdict ? verdict.score : undefined;
  return typeof score === "number" && score >= 0 && score <= 1 ? score : undefined;
}

function readGuard(answer: string): number | undefined {
  const verdict = answer.trimStart().split("\n", 1)[0]?.trim().toLowerCase();
  return verdict === "safe" ? 0 : verdict === "unsafe" ? 1 : undefined;
}

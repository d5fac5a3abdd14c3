import { judgeRequest } from "../../checks/judge.ts";
import type { WantedChecks } from "../../checks/required.ts";
import { questionsAbout } from "../../checks/verdict.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { ChecksSettings } from "../../schema/checks.ts";
import type { AppContext } from "../env.ts";
import { holdForSide, type SidePayer } from "../siblings/side-calls.ts";
import type { Held } from "./admission.ts";
import type { PlannedRequest } from "./planning.ts";
import { EXPECTED_OUTPUT_TOKENS, UNTOLD_OUTPUT_TOKENS } from "./worst-case.ts";

/** Who judges an answer, and in which pieces. */
export interface JudgedAnswer {
  chat: ChatRequest;
  wanted: Pick<WantedChecks, "toxicity" | "factuality">;
  settings: ChecksSettings;
  /** Of a stream that is judged a window at a time; undefined: the answer is judged as a whole. */
  windowChars: number | undefined;
}

/** Of a text in windows, this much of the last one is judged again. */
const OVERLAP_CHARS = 100;
const CHARS_PER_TOKEN = 4;
/** A word that is a token. */
const WORD = "word ";

/**
 * Holds what the judges of an answer may cost, before the answer is made: one that could not be judged would be paid for
 * nothing. Throws 402 or 429 when they cannot be admitted.
 */
export async function holdForJudges(
  c: AppContext,
  payer: SidePayer,
  { route }: Pick<PlannedRequest, "route">,
  { chat, wanted, settings, windowChars }: JudgedAnswer,
): Promise<Held[]> {
  const answerTokens = Math.min(route.maxTokens ?? UNTOLD_OUTPUT_TOKENS, UNTOLD_OUTPUT_TOKENS);
  const choices = route.choices ?? 1;
  const callsFor = (tokens: number) =>
    choices * (windowChars === undefined ? 1 : Math.ceil((tokens * CHARS_PER_TOKEN) / windowChars));
  const calls = { atMost: callsFor(answerTokens), usually: callsFor(Math.min(answerTokens, EXPECTED_OUTPUT_TOKENS)) };
  const pieceTokens = windowChars === undefined ? answerTokens : (windowChars + OVERLAP_CHARS) / CHARS_PER_TOKEN;
  const text = WORD.repeat(Math.ceil(pieceTokens));
  const questions = questionsAbout(chat);
  const held: Held[] = [];
  for (const check of ["toxicity", "factuality"] as const) {
    if (!wanted[check]) continue;
    const asked = judgeRequest(settings, questions[check](text));
    try {
      held.push(await holdForSide(c, payer, { chat: asked, purpose: check, calls }));
    } catch (error) {
      for (const one of held) one.end(false);
      throw error;
    }
  }
  return held;
}

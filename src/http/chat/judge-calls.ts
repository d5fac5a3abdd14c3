import { judgeRequest } from "../../checks/judge.ts";
import type { WantedChecks } from "../../checks/required.ts";
import { questionsAbout } from "../../checks/verdict.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { ChecksSettings } from "../../schema/checks.ts";
import type { AppContext } from "../env.ts";
import { planSide, type SidePayer } from "../siblings/side-calls.ts";
import type { FurtherCalls } from "./admission.ts";
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
 * The calls that judges of an answer will get, at most. They are admitted together with the request: an answer that could
 * not be judged would be paid for nothing.
 */
export async function callsOfJudges(
  c: AppContext,
  payer: SidePayer,
  { route }: Pick<PlannedRequest, "route">,
  { chat, wanted, settings, windowChars }: JudgedAnswer,
): Promise<FurtherCalls[]> {
  const answerTokens = Math.min(route.maxTokens ?? UNTOLD_OUTPUT_TOKENS, UNTOLD_OUTPUT_TOKENS);
  const choices = route.choices ?? 1;
  const callsFor = (tokens: number) =>
    choices * (windowChars === undefined ? 1 : Math.ceil((tokens * CHARS_PER_TOKEN) / windowChars));
  const calls = { atMost: callsFor(answerTokens), usually: callsFor(Math.min(answerTokens, EXPECTED_OUTPUT_TOKENS)) };
  const pieceTokens = windowChars === undefined ? answerTokens : (windowChars + OVERLAP_CHARS) / CHARS_PER_TOKEN;
  const text = WORD.repeat(Math.ceil(pieceTokens));
  const questions = questionsAbout(chat);
  const checks = (["toxicity", "factuality"] as const).filter((check) => wanted[check]);
  return Promise.all(
    checks.map(async (check) => {
      const asked = judgeRequest(settings, questions[check](text));
      return { planned: await planSide(c, payer, asked, check), ...calls };
    }),
  );
}

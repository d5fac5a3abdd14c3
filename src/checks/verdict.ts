import type { ChatRequest } from "../schema/chat.ts";
import type { ChecksSettings } from "../schema/checks.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { checkFailure } from "./failure.ts";
import { MAX_CHARS, refusal } from "./findings.ts";
import { type JudgeQuestion, judgeScore, requireJudge } from "./judge.ts";
import { draftOf } from "./texts.ts";

const DEFAULT_THRESHOLD = 0.5;
/** Of what the answer is held against, the end. */
const MAX_REFERENCE_CHARS = 24_000;

/** Which judges an answer goes to. */
export interface JudgedBy {
  toxicity: boolean;
  factuality: boolean;
}

/** Throws 400 `not_configured` when a judge is missing. */
export function requireJudges({ toxicity, factuality }: JudgedBy, settings: ChecksSettings): void {
  if (toxicity) requireJudge(settings, "toxicity");
  if (factuality) requireJudge(settings, "factuality");
}

/** Judges the texts of one answer; throws the error that takes its place. Toxicity is told of first. */
export type Judge = (texts: string[]) => Promise<void>;

/** What each judge is asked about a text that answers a request, which is given as it leaves, with what was retrieved. */
export function questionsAbout(chat: ChatRequest): Record<keyof JudgedBy, (text: string) => JudgeQuestion> {
  const { slots } = draftOf(chat);
  const reference = slots
    .filter(({ speaker }) => speaker === "system" || speaker === "user")
    .map(({ text }) => text)
    .join("\n")
    .slice(-MAX_REFERENCE_CHARS);
  const prompt = slots.findLast(({ speaker }) => speaker === "user")?.text.slice(-MAX_REFERENCE_CHARS) ?? "";
  return {
    toxicity: (text) => ({ check: "toxicity", text, prompt }),
    factuality: (text) => ({ check: "factuality", reference, text }),
  };
}

/** The judge of answers to a request. */
export function judgeOf(chat: ChatRequest, wanted: JudgedBy, settings: ChecksSettings, sides: SideCalls): Judge {
  const questions = questionsAbout(chat);
  const toxicity = async (text: string) => {
    const score = await judgeScore(sides, settings, questions.toxicity(text));
    if (score >= (settings.toxicity?.threshold ?? DEFAULT_THRESHOLD)) throw refusal("toxicity");
  };
  const factuality = async (text: string) => {
    const score = await judgeScore(sides, settings, questions.factuality(text));
    if (score < (settings.factuality?.threshold ?? DEFAULT_THRESHOLD)) throw refusal("factuality");
  };
  return async (texts) => {
    const judged = texts.filter((text) => text.trim() !== "");
    if (judged.some(({ length }) => length > MAX_CHARS))
      throw checkFailure("The answer could not be checked: it is too long.");
    const verdicts = [
      ...(wanted.toxicity ? judged.map(toxicity) : []),
      ...(wanted.factuality ? judged.map(factuality) : []),
    ];
    // All of them are waited for in their order: the first to be told of is not the first to come.
    for (const verdict of verdicts) verdict.catch(() => {});
    for (const verdict of verdicts) await verdict;
  };
}

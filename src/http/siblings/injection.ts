import * as z from "zod";
import { scoreInjection } from "../../checks/injection/score.ts";
import { judgeScore } from "../../checks/judge.ts";
import type { ChecksSettings } from "../../schema/checks.ts";
import { expected } from "../../schema/fields.ts";
import type { SideCalls } from "../../schema/side-calls.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { payerOf } from "./payer.ts";
import { checkAnswer, promptsToScan, scannable } from "./scanned-text.ts";
import { sideCallsFor } from "./side-calls.ts";

const bodySchema = z.looseObject({
  prompt: promptsToScan(),
  /** There is nothing else that it could do. */
  detect: z.literal(true, expected("true")).nullish(),
});

/** POST /injection: how surely each text tries to turn a model against its instructions, from 0 to 1. */
export async function postInjection(c: AppContext): Promise<Response> {
  const payer = payerOf(await projectOf(c));
  const prompts = scannable((await readFields(c, bodySchema)).prompt);
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const sides = sideCallsFor(c, payer);
  const checks: { probability: number }[] = [];
  for (const text of prompts) checks.push({ probability: await probabilityOf(text, catalogue.checks, sides) });
  return c.json(checkAnswer("injection", "injection_check", checks));
}

/** What a chat's check goes by: the heuristic's score, and the judge's where there is one. */
async function probabilityOf(text: string, settings: ChecksSettings, sides: SideCalls): Promise<number> {
  const { score } = scoreInjection(text);
  if (!settings.injection?.judge) return score;
  return Math.max(score, await judgeScore(sides, settings, { check: "injection", text }));
}

import * as z from "zod";
import { type JudgeQuestion, judgeScore, requireJudge } from "../../checks/judge.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { payerOf } from "./payer.ts";
import { checkAnswer, textToScan } from "./scanned-text.ts";
import { sideCallsFor } from "./side-calls.ts";

const toxicitySchema = z.looseObject({ text: textToScan() });
const factualitySchema = z.looseObject({ reference: textToScan(), text: textToScan() });

/** POST /toxicity: how toxic a text is, from 0 to 1. */
export async function postToxicity(c: AppContext): Promise<Response> {
  return answerScore(c, "toxi", async () => {
    const { text } = await readFields(c, toxicitySchema);
    return { check: "toxicity", text };
  });
}

/** POST /factuality: how well a text agrees with a reference, from 0 to 1. */
export async function postFactuality(c: AppContext): Promise<Response> {
  return answerScore(c, "fact", async () => {
    const { reference, text } = await readFields(c, factualitySchema);
    return { check: "factuality", reference, text };
  });
}

async function answerScore(c: AppContext, prefix: string, read: () => Promise<JudgeQuestion>): Promise<Response> {
  const payer = payerOf(await projectOf(c));
  const question = await read();
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  requireJudge(catalogue.checks, question.check);
  const score = await judgeScore(sideCallsFor(c, payer), catalogue.checks, question);
  return c.json(checkAnswer(prefix, `${question.check}.check`, [{ score }]));
}

import * as z from "zod";
import { detectPii } from "../../checks/pii/detect.ts";
import { judgePii } from "../../checks/pii/judge.ts";
import { createReplacer, type Replacer } from "../../checks/pii/replacer.ts";
import { type PiiSettings, type PiiSpan, piiSettingsOf } from "../../checks/pii/settings.ts";
import { type ChecksSettings, inputChecksSchema } from "../../schema/checks.ts";
import type { SideCalls } from "../../schema/side-calls.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { projectOf } from "../project-of.ts";
import { readFields } from "../read-fields.ts";
import { payerOf } from "./payer.ts";
import { checkAnswer, promptsToScan, scannable } from "./scanned-text.ts";
import { sideCallsFor } from "./side-calls.ts";

/** For one call of the judge. */
const DEFAULT_TIMEOUT_MS = 10_000;

const bodySchema = z.looseObject({
  prompt: promptsToScan(),
  /** Whether the texts are rewritten, or only told about; default false. */
  replace: z.boolean().nullish(),
  /** Default `random`. */
  replace_method: inputChecksSchema.shape.pii_replace_method,
  /** Kinds that are left alone. */
  entity_list: inputChecksSchema.shape.entity_list,
});

/** How texts are looked at: as the check of a chat does it. */
interface Look {
  wanted: PiiSettings;
  settings: ChecksSettings;
  sides: SideCalls;
}

/** POST /PII: what personal data stands where in each text, or the texts without it. */
export async function postPii(c: AppContext): Promise<Response> {
  const payer = payerOf(await projectOf(c));
  const body = await readFields(c, bodySchema);
  const prompts = scannable(body.prompt);
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const settings = catalogue.checks;
  const look = { wanted: piiSettingsOf(settings, body.entity_list ?? []), settings, sides: sideCallsFor(c, payer) };
  const replacer = body.replace ? createReplacer(body.replace_method ?? "random") : undefined;
  const checks: Record<string, unknown>[] = [];
  // One after the other: equal values become equal in all of them.
  for (const text of prompts)
    checks.push(replacer ? { new_prompt: await rewrite(text, look, replacer) } : await describe(text, look));
  return c.json(checkAnswer("pii", "pii_check", checks));
}

async function describe(prompt: string, look: Look): Promise<Record<string, unknown>> {
  const found = [...(await detectPii(prompt, look.wanted)), ...(await judged(prompt, look))];
  const spans = new Map(found.map(({ start, end, type }) => [`${start} ${end} ${type}`, { start, end, type }]));
  const positions = [...spans.values()].sort((one, other) => one.start - other.start || other.end - one.end);
  return { ...(positions.length === 0 && { prompt }), pii_types_and_positions: positions };
}

/** The judge sees what is left. */
async function rewrite(prompt: string, look: Look, replacer: Replacer): Promise<string> {
  const text = await replacer.replace(prompt, await detectPii(prompt, look.wanted));
  return replacer.replace(text, await judged(text, look));
}

/** People and places that the operator's judge adds; none without one. */
async function judged(text: string, { wanted, settings, sides }: Look): Promise<PiiSpan[]> {
  const model = settings.pii?.judge;
  const isWanted = wanted.entities.includes("PERSON") || wanted.entities.includes("LOCATION");
  if (!model || !isWanted) return [];
  const spans = await judgePii(sides, model, text, settings.timeout_ms ?? DEFAULT_TIMEOUT_MS);
  return spans.filter(({ type }) => wanted.entities.includes(type));
}

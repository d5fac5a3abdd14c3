import { detectPii } from "../../src/checks/pii/detect.ts";
import { piiSettingsOf } from "../../src/checks/pii/settings.ts";
import { PII_ENTITIES, type PiiEntity } from "../../src/schema/checks.ts";
import type { Figure } from "./figure.ts";
import { precisionOf, recallOf, scoresOf } from "./score.ts";
import { readMarked } from "./sets/marked.ts";
import { PII_EXAM } from "./sets/pii-exam.ts";
import { PII_EXAM_2 } from "./sets/pii-exam-2.ts";
import { PII_EXAM_3 } from "./sets/pii-exam-3.ts";
import { costOf } from "./speed.ts";

/** What precision and recall have to reach; shapes with a checksum and e-mail addresses are held to the most. */
const LEAST = 0.95;
const LEAST_OF: Partial<Record<PiiEntity, number>> = { PHONE_NUMBER: 0.9, PERSON: 0.85, DATE_TIME: 0.9 };
/** 4,000 characters of prose with a dozen finds, warm. */
const MOST_MS = 10;
const MOST_TIMES_PARSE = 3_000;

/** Precision and recall of every kind on the exams, and the time of a scan. */
export async function measure(): Promise<Figure[]> {
  const { ms, ratio } = await costOf(PROSE, () => detectPii(PROSE, piiSettingsOf({})));
  return [
    ...(await qualities()),
    { name: "pii, 4000 characters, warm", value: ms, target: MOST_MS, better: "lower", unit: "ms" },
    { name: "pii, against JSON.parse", value: ratio, target: MOST_TIMES_PARSE, better: "lower", unit: "times" },
  ];
}

/** Precision and recall of every kind that an exam has. */
export async function qualities(): Promise<Figure[]> {
  const exams = { pii: PII_EXAM, "pii 2": PII_EXAM_2, "pii 3": PII_EXAM_3 };
  const figures = await Promise.all(Object.entries(exams).map(([name, exam]) => qualitiesOn(name, exam)));
  return figures.flat();
}

async function qualitiesOn(name: string, exam: string): Promise<Figure[]> {
  const scores = await scoresOf(readMarked(exam), (text) => detectPii(text, piiSettingsOf({})));
  return PII_ENTITIES.flatMap((type) => {
    const score = scores.get(type);
    if (score === undefined) return [];
    const target = LEAST_OF[type] ?? LEAST;
    return [
      { name: `${name} ${type} precision`, value: precisionOf(score), target, better: "higher" as const },
      { name: `${name} ${type} recall`, value: recallOf(score), target, better: "higher" as const },
    ];
  });
}

const PARAGRAPH =
  "Thanks for getting back to us about the delivery that went missing in the second week of the month. We looked into it with the " +
  "carrier and it seems that the parcel was left with a neighbour, although nobody signed for it. In the meantime the warehouse has " +
  "prepared a replacement, which leaves on Thursday and should be with you before the weekend. ";

/** Ordinary prose of 4,000 characters with a dozen finds. */
export const PROSE = [
  "My name is Ottilie Brandvold and you can reach me at ottilie.brandvold@example.net or on +1 212 555 0147. ",
  "The refund went to DE89370400440532013000, the fee to card 4111 1111 1111 1111. Marcus Webb and Dr. Ines Carvalho approved it. ",
  "The order came from 203.0.113.9, see https://shop.example/orders/8841 for the details. My social is 536-22-8714. ",
  "I was born on 14 March 1987. Write to Priya Raghavan (priya@example.org) with questions. ",
  PARAGRAPH.repeat(12),
]
  .join("")
  .slice(0, 4_000);

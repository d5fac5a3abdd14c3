import type { PiiSpan } from "../../../src/checks/pii/settings.ts";
import type { PiiEntity } from "../../../src/schema/checks.ts";

/** A sentence and what is to be found in it. */
export interface MarkedText {
  text: string;
  spans: PiiSpan[];
}

const TYPES: Record<string, PiiEntity> = {
  email: "EMAIL_ADDRESS",
  phone: "PHONE_NUMBER",
  card: "CREDIT_CARD",
  iban: "IBAN_CODE",
  ssn: "US_SSN",
  itin: "US_ITIN",
  nhs: "UK_NHS",
  nino: "UK_NINO",
  ip: "IP_ADDRESS",
  mac: "MAC_ADDRESS",
  url: "URL",
  crypto: "CRYPTO",
  birth: "DATE_TIME",
  person: "PERSON",
  place: "LOCATION",
};

/** Reads a set: one sentence a line, finds as `{type value}`, `¶` for a line break. */
export function readMarked(set: string): MarkedText[] {
  return set
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => readLine(line.replaceAll("¶", "\n")));
}

function readLine(line: string): MarkedText {
  let text = "";
  let from = 0;
  const spans: PiiSpan[] = [];
  for (const match of line.matchAll(/\{([a-z]+) ([^{}]*)\}/g)) {
    const [whole, word = "", value = ""] = match;
    const type = TYPES[word];
    if (type === undefined) throw new Error(`Unknown mark: ${whole}`);
    text += line.slice(from, match.index);
    spans.push({ start: text.length, end: text.length + value.length, type });
    text += value;
    from = match.index + whole.length;
  }
  return { text: text + line.slice(from), spans };
}

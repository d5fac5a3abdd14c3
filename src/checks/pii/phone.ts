import type { CountryCode, PhoneNumber } from "libphonenumber-js/core";
import { matchesOf } from "./context.ts";
import { meaningOf } from "./phone-words.ts";
import type { PiiSpan } from "./settings.ts";

/** Reads a number with a country code, or one of this country. */
type Parse = (written: string, country?: CountryCode) => PhoneNumber | undefined;

/** A run of digits in the ways in which numbers are grouped. */
interface Candidate {
  start: number;
  end: number;
  /** As written, without an extension. */
  written: string;
  digits: string;
}

const LIMIT_BEFORE = "(?<![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}_+/]|[-.](?<=[\\p{L}\\p{N}][-.])|\\d[,:])";
const LIMIT_AFTER = "(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}_]|[-/:.]\\d|-\\p{L})";
/** Three, three and four digits, as North America writes them; a country code may stand before. */
const AMERICAN = new RegExp(
  `${LIMIT_BEFORE}(?<!(?:\\+|00)\\d{1,3}[ .-](?:\\d{1,2}[ .-])?)(?:(?:\\+|00)?1[ .-]?)?(?:\\(\\d{3}\\)[ .-]?|\\d{3}[ .-])\\d{3}[ .-]\\d{4}${LIMIT_AFTER}`,
  "gu",
);
/** Nobody in North America writes an area code in two groups: `40-2210-8871` is something else. */
const AMERICAN_GROUPS = /^(?:1[ .-]?)?\(?\d{3}(?:\D|\d{7}$)/;
const SEPARATOR = "(?:[ .\\-/]|\\)[ .-]?| ?\\(| [-/] )";
const ANY = new RegExp(`${LIMIT_BEFORE}(?:\\(?\\+ ?|\\()?\\d(?:${SEPARATOR}?\\d){5,17}${LIMIT_AFTER}`, "gu");
const EXTENSION = /^,?\s?(?:ext\.?|extension|x|#|poste|ramal|anexo|durchwahl|dw)\s?[:.]?\s?\d{1,6}(?![\p{L}\p{N}])/iu;

/** Groups of digits that mean a day, a span of years, a time, an amount or a code of another kind. */
const OTHER_SHAPES = [
  /^(?:19|20)\d{2}([-/.])\d{1,2}\1\d{1,2}(?!\d)(?!\1)/,
  /^\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)(?!\1\d)/,
  /^(?:1[89]|20)\d{2} ?[-/] ?(?:1[89]|20)\d{2}$/,
  /^(?:19|20)\d{2} \d{2} \d{2}$/,
  /^\d{3}-\d{2}-\d{4}$/,
  /(?:^|\.)\d{5,}\.|\.\d{5,}(?:\.|$)/,
  /^(?:\d[-. ]){4}/,
  /^(?:2147483647|4294967295|0?1234567890?)$/,
  /^\d{1,3}(?:[. ]000)+$/,
  /^[1-9]\d{0,2}(?:\.\d{3})*\.\d00$/,
  /^\d+\.\d+$/,
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^97[89][- ]?\d/,
  /^(?:19|20)\d{6}$/,
  /^\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}$/,
];
/** Regions whose national numbers are known by their shape: a leading 0 or an area code in brackets. */
const SHAPED_REGIONS: CountryCode[] = [
  "GB",
  "DE",
  "FR",
  "IT",
  "AU",
  "JP",
  "IN",
  "BR",
  "NL",
  "CH",
  "BE",
  "KR",
  "ZA",
  "AT",
  "NZ",
  "SE",
  "IE",
  "TR",
  "IL",
  "AE",
  "NG",
  "RU",
];

/** Phone numbers: international ones, those of the region, and what is written and introduced as one. */
export async function findPhones(text: string, region: string): Promise<PiiSpan[]> {
  const american = candidatesOf(text, AMERICAN).filter((candidate) => isAmerican(text, candidate));
  const others = candidatesOf(text, ANY).filter((candidate) => !touchesAny(candidate, american));
  const found = [...american, ...(others.length === 0 ? [] : await genuine(text, others, region))];
  return found.map(({ start, end }) => ({ start, end: end + extensionAfter(text, end), type: "PHONE_NUMBER" }));
}

function candidatesOf(text: string, shape: RegExp): Candidate[] {
  return matchesOf(text, shape)
    .map(({ start, end, match }) => ({ start, end, written: match[0], digits: match[0].replace(/\D/g, "") }))
    .map((candidate) => withoutBracket(candidate))
    .filter(({ written }) => !OTHER_SHAPES.some((other) => other.test(written)));
}

/** `(0171 2345678` has its bracket from the sentence. */
function withoutBracket(candidate: Candidate): Candidate {
  const { written } = candidate;
  if (!written.startsWith("(") || written.includes(")")) return candidate;
  return { ...candidate, start: candidate.start + 1, written: written.slice(1) };
}

/** Both lists are in the order of the text. */
function touchesAny(candidate: Candidate, sorted: Candidate[]): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.end ?? 0) <= candidate.start) low = middle + 1;
    else high = middle;
  }
  const next = sorted[low];
  return next !== undefined && next.start < candidate.end;
}

function isAmerican(text: string, { start, end, written }: Candidate): boolean {
  const meaning = meaningOf(text, start, end);
  if (meaning !== "unknown") return meaning === "phone";
  return /[-.()]/.test(written) || /^(?:\+?1 )?[2-9]\d\d [2-9]/.test(written);
}

async function genuine(text: string, candidates: Candidate[], region: string): Promise<Candidate[]> {
  const [{ parsePhoneNumberFromString }, { default: metadata }] = await Promise.all([
    import("./phone-numbers.ts"),
    import("./phone-metadata.table.ts"),
  ]);
  const parse: Parse = (written, country) => parsePhoneNumberFromString(written, { defaultCountry: country }, metadata);
  return candidates.filter((candidate) => isPhone(parse, text, candidate, region));
}

function isPhone(parse: Parse, text: string, candidate: Candidate, region: string): boolean {
  const { start, end, written, digits } = candidate;
  if (/^\(?\+/.test(written)) return isInternational(parse, digits, written);
  const meaning = meaningOf(text, start, end);
  if (meaning === "something else") return false;
  if (/^00[1-9]/.test(digits) && isInternational(parse, digits.slice(2), written)) return true;
  if (isReserved(written) || isValid(parse, written, region)) return true;
  return meaning === "phone" ? isPlausible(candidate) : isShaped(parse, candidate);
}

/** Ranges that are kept for films and examples have the right length, though nobody has them. */
function isInternational(parse: Parse, digits: string, written: string): boolean {
  const national = written.includes("(0)") ? digits.replace(/^(\d{1,3})0/, "$1") : digits;
  return parse(`+${national}`)?.isPossible() ?? false;
}

function isReserved(written: string): boolean {
  return /^555[-. ]\d{4}$/.test(written);
}

function isValid(parse: Parse, written: string, region: string): boolean {
  if (/^(?:US|CA)$/.test(region) && !AMERICAN_GROUPS.test(written)) return false;
  return parse(written, region as CountryCode)?.isValid() ?? false;
}

/** Introduced as a phone number, it need only be as long as one, or of the range 555-0100 to 555-0199. */
function isPlausible({ written, digits }: Candidate): boolean {
  if (/^55501\d\d$/.test(written)) return true;
  return digits.length >= (/\D/.test(written) ? 7 : 8) && digits.length <= 15;
}

/** Without a word around it, the number has to look like nothing else. */
function isShaped(parse: Parse, { written, digits }: Candidate): boolean {
  if (!/^\(?0|^8 ?\(/.test(written) && !/^\(\d{2,3}\)/.test(written)) return false;
  if (digits.length < 9 || digits.length > 12) return false;
  return SHAPED_REGIONS.some((region) => isValid(parse, written, region));
}

function extensionAfter(text: string, end: number): number {
  return EXTENSION.exec(text.slice(end, end + 24))?.[0].length ?? 0;
}

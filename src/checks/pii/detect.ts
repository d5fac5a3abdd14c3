import { PII_ENTITIES, type PiiEntity } from "../../schema/checks.ts";
import { findAddresses } from "./address.ts";
import { findBirthDates } from "./birth-date.ts";
import { findCards } from "./card.ts";
import { findCryptoAddresses } from "./crypto.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { findIpAddresses, findMacAddresses } from "./network.ts";
import { normalise } from "./normalise.ts";
import { findPeople } from "./person/people.ts";
import { findPhones } from "./phone.ts";
import type { PiiSettings, PiiSpan } from "./settings.ts";
import { findNhsNumbers, findNinos } from "./uk-numbers.ts";
import { findUrls } from "./url.ts";
import { findItins, findSsns } from "./us-numbers.ts";

/** How one kind is found. */
interface Finder {
  /** A cheap look at the whole text: without this, nothing of the kind can be in it. */
  needs: RegExp;
  find(text: string, region: string): PiiSpan[] | Promise<PiiSpan[]>;
}

const FINDERS: Record<PiiEntity, Finder> = {
  EMAIL_ADDRESS: { needs: /@|[[(<] ?(?:at|arroba|chez|ät) ?[\])>]/i, find: findEmails },
  PHONE_NUMBER: { needs: /\d/, find: findPhones },
  CREDIT_CARD: { needs: /\d{4}/, find: findCards },
  IBAN_CODE: { needs: /\d{2}/, find: findIbans },
  US_SSN: { needs: /\d{4}/, find: findSsns },
  US_ITIN: { needs: /\d{4}/, find: findItins },
  UK_NHS: { needs: /\d{4}/, find: findNhsNumbers },
  UK_NINO: { needs: /\d{2}/, find: findNinos },
  IP_ADDRESS: { needs: /\d\.\d|:[0-9a-f]*:/i, find: findIpAddresses },
  MAC_ADDRESS: { needs: /[0-9a-f]{2}[:.-][0-9a-f]{2}|[0-9a-f]{12}/i, find: findMacAddresses },
  URL: { needs: /:\/\/|www|[a-z]\.[a-z]{2,4}\//i, find: findUrls },
  CRYPTO: { needs: /[0-9a-z]{14}/i, find: findCryptoAddresses },
  DATE_TIME: { needs: /\d/, find: findBirthDates },
  PERSON: { needs: /\p{L}{2}/u, find: findPeople },
  LOCATION: { needs: /\d/, find: findAddresses },
};
/** Digits of one of these are no phone number as well. */
const NOT_PHONES: ReadonlySet<PiiEntity> = new Set([
  "EMAIL_ADDRESS",
  "CREDIT_CARD",
  "IBAN_CODE",
  "US_SSN",
  "US_ITIN",
  "UK_NHS",
  "IP_ADDRESS",
  "MAC_ADDRESS",
  "URL",
  "CRYPTO",
  "DATE_TIME",
]);

/**
 * What is found in a text: all of it, also where finds overlap, in the order of the text. Positions are UTF-16 units of
 * the text as it was given. Takes time linear in the text; libraries are loaded when a text could need them.
 */
export async function detectPii(text: string, settings: PiiSettings): Promise<PiiSpan[]> {
  const normal = normalise(text);
  const found = await Promise.all(settings.entities.map((type) => findOne(type, normal.text, settings.region)));
  return withoutFalsePhones(found.flat())
    .map(({ start, end, type }) => ({ start: normal.startOf(start), end: normal.endOf(end), type }))
    .sort(inOrder);
}

async function findOne(type: PiiEntity, text: string, region: string): Promise<PiiSpan[]> {
  const { needs, find } = FINDERS[type];
  return needs.test(text) ? find(text, region) : [];
}

function inOrder(one: PiiSpan, other: PiiSpan): number {
  return (
    one.start - other.start || other.end - one.end || PII_ENTITIES.indexOf(one.type) - PII_ENTITIES.indexOf(other.type)
  );
}

/** Without phone numbers that share digits with something of a stricter shape. */
function withoutFalsePhones(spans: PiiSpan[]): PiiSpan[] {
  const others = spans.filter(({ type }) => NOT_PHONES.has(type)).sort((one, other) => one.end - other.end);
  return spans.filter((span) => span.type !== "PHONE_NUMBER" || !overlapsAny(span, others));
}

/** `sorted` by their ends. Spans of one type do not overlap, so only the few that end next can reach back. */
function overlapsAny(span: PiiSpan, sorted: PiiSpan[]): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.end ?? 0) <= span.start) low = middle + 1;
    else high = middle;
  }
  return sorted.slice(low, low + NOT_PHONES.size).some(({ start }) => start < span.end);
}

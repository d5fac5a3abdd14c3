/** What the words before and after some digits say they are. */
export type DigitsMeaning = "phone" | "something else" | "unknown";

const PHONE_BEFORE = wordsOf(
  "(?:tele)?phones?|tel[eé](?:ph?|f)[oó]n[oe]?s?|telefonn?(?:ummer|nummer|r|i|u)?|telefon|fon|tel|tlf|tél|ph|mobil[eo]?s?|mob|móvil|movil|cell(?:ular|phone|ulare)?s?|celular|handy(?:nummer)?|portable|whats\\s?app|wa|telegram|signal|viber|sms|texts?|texted|texting|calls?|called|calling|rings?|rang|dial(?:l?ed|l?ing)?|fax|reach(?:able|ed)?|hot\\s?line|help\\s?line|land\\s?line|direct line|voice\\s?mail|switchboard|contact(?:s|ed)?|numéro|número|numero|rufnummer|durchwahl|ligar|liga|ligue|ll[aá]m[ae](?:me|nos|r)?|appele[rz]|appelle|anrufen|ruf|erreichbar|chiama(?:mi|re|te)?|bel|nummer|numer(?:em|u|ze)?|kontakt(?:nummer)?|caller id|тел|телефон[ау]?|звоните|phone[\\s_-]?(?:number|no|nr|num)|(?:my|his|her|their|our|your|whose|new|work|home|office|personal|emergency)\\s+(?:number|no|nr)",
  "電話(?:番号)?|携帯|电话|手机|致电|전화|연락처|휴대폰|फ़?ोन|मोबाइल|โทร",
);
const OTHER_BEFORE = wordsOf(
  "orders?|cost cent(?:er|re)s?|cost codes?|kostenstellen?|invoices?|tickets?|cases?|ref|reference|accounts?|acct|a/c|tracking|parcel|shipment|serial|sku|isbn(?:-1[03])?|issn|ean|upc|gtin|asin|imei|iccid|vin|uuid|guid|(?<!caller )ids?|policy|claim|po|p\\.o|transactions?|txn|bookings?|reservation|confirmation|customer|member|membership|student|employee|licen[cs]e|part|model|item|product|articles?|batch|lot|build|commit|job|run|request|session|trace|timestamp|epoch|unix|version|zip|postal|postcode|plz|vat|tax|steuernummer|ust|iban|bic|card|routing|sort code|nhs|ssn|social security|passport|patient|mrn|pin|code|otp|token|hash|sum|total|amount|population|bytes|error|page|chapter|issue|pr|row|line|column|port|pid|process|isin|cusip|duns|doi|pmid|barcode|bestell(?:ung|nummer)|auftrag(?:snummer)?|rechnung(?:snummer)?|kundennummer|commande|facture|pedido|factura|fatura|ordine|fattura|siren|siret|cnpj|cpf|gst(?:in)?|abn|acn|aadhaar|serie|seriennummer|nr|no(?! \\()|kontonummer|cuenta|conto",
  "注文|订单|注文番号|订单号|주문",
);
const PHONE_AFTER =
  /^[\s,()-]{0,3}(?:is\s+(?:my|his|her|their|our|the)\s+(?:[a-z]+\s+)?(?:number|phone|cell|mobile|line)|\(?(?:cell|mobile|mob|home|work|office|fax|phone|tel|whatsapp|c|m|h|w)\b|to (?:reach|call|talk)|anytime|after \d|between \d)/i;
const OTHER_AFTER =
  /^\s?(?:bytes?|[kmgt]i?b|ms|seconds?|sec|records?|rows|tokens?|units?|people|users?|items?|times|views|votes|downloads|km|miles|dollars|euros?|usd|eur|gbp|inr|yen|€|\$|£|%|°)(?![\p{L}\p{N}])/iu;
/** A field of data that is called something else. */
const FIELD_BEFORE = /["']\s?:\s?["']?$|[\p{L}\p{N}_]\s?=\s?["']?$/u;
const REACH_BEFORE = 40;
const REACH_AFTER = 32;

function wordsOf(words: string, unspaced: string): RegExp {
  const suffix = "(?:[\\s_-]{0,2}(?:numbers?|num|no|nr|id|code|#|n[°º])(?![\\p{L}\\p{N}]))?";
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])${suffix}|${unspaced}|[#№]`, "giu");
}

/** The nearest word in front decides; without one, what follows. */
export function meaningOf(text: string, start: number, end: number): DigitsMeaning {
  const before = lineBefore(text, start);
  const [phone, other] = [lastEnd(before, PHONE_BEFORE), lastEnd(before, OTHER_BEFORE)];
  const after = text.slice(end, end + REACH_AFTER);
  if (OTHER_AFTER.test(after) || /[$€£¥₹]\s?$/.test(before)) return "something else";
  // Of `phone no` both end with the same word: the whole of it counts.
  if (phone > -1 && phone >= other) return "phone";
  if (other > -1 || FIELD_BEFORE.test(before)) return "something else";
  return PHONE_AFTER.test(after) ? "phone" : "unknown";
}

function lineBefore(text: string, start: number): string {
  return text.slice(Math.max(0, start - REACH_BEFORE), start);
}

/** Where the last of the words ends; -1 without one. A lone `#` counts for something else only, see below. */
function lastEnd(before: string, words: RegExp): number {
  let last = -1;
  for (const match of before.matchAll(words)) {
    if (/^[#№]$/.test(match[0]) && words === PHONE_BEFORE) continue;
    last = (match.index ?? 0) + match[0].length;
  }
  return last;
}

import { isJoinedAt, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const START = /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}])([a-z]{2})[ -]?\d{2}(?=[ -]?[a-z0-9])/giu;

/** How long the account numbers of each country are, from the registry of ISO 13616. */
const LENGTHS: Record<string, number> = Object.fromEntries(
  (
    "NO15 BE16 DK18 FI18 FK18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 MN20 XK20 CH21 HR21 LI21 LV21 " +
    "BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 AD24 CZ24 ES24 MD24 PK24 RO24 " +
    "SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28 BY28 CY28 DO28 " +
    "GT28 HN28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 MT31 SC31 LC32 RU33"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Account numbers whose length fits their country and whose check digits are right; with or without spaces, any case. */
export function findIbans(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const { start, match } of matchesOf(text, START)) {
    const length = LENGTHS[match[1]?.toUpperCase() ?? ""];
    if (length === undefined || start < (spans.at(-1)?.end ?? 0)) continue;
    const end = endOf(text, start, length);
    if (end !== undefined && remainder(text.slice(start, end)) === 1) spans.push({ start, end, type: "IBAN_CODE" });
  }
  return spans;
}

/** Where so many letters and digits end; single spaces or hyphens may stand between them. */
function endOf(text: string, start: number, length: number): number | undefined {
  let count = 0;
  for (let index = start; index < text.length; index += 1) {
    if (isAlphanumeric(text, index)) {
      count += 1;
      if (count === length) return isJoinedAt(text, index + 1) ? undefined : index + 1;
    } else if (!/[ -]/.test(text[index] ?? "") || !isAlphanumeric(text, index + 1)) return undefined;
  }
  return undefined;
}

function isAlphanumeric(text: string, index: number): boolean {
  return /[a-z0-9]/i.test(text[index] ?? "");
}

/** ISO 7064: the first four characters go to the end, letters count from 10; modulo 97. */
export function remainder(written: string): number {
  const bare = written.replace(/[ -]/g, "");
  let rest = 0;
  for (const letter of bare.slice(4) + bare.slice(0, 4)) {
    const value = Number.parseInt(letter, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

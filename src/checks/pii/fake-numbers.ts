import { below, digits, pick } from "./chance.ts";
import { remainder } from "./iban.ts";
import { luhnDigit } from "./issuers.ts";
import { isNhsNumber } from "./uk-numbers.ts";

/** Invented numbers with the right shape and check digits, from ranges that are given to nobody. */

const AREA_CODES = [
  "202",
  "212",
  "303",
  "312",
  "404",
  "415",
  "503",
  "512",
  "602",
  "617",
  "702",
  "713",
  "804",
  "907",
] as const;

/** Numbers 555-0100 to 555-0199 are kept for fiction in every area: in big cities, and beyond them in any that there may be. */
export function fakePhone(original: string, attempt: number): string {
  const [area, line] = [attempt < 20 ? pick(AREA_CODES) : anyAreaCode(), `555-01${digits(2)}`];
  if (/^\(?(?:\+|00)/.test(original)) return `+1 ${area}-${line}`;
  return original.startsWith("(") ? `(${area}) ${line}` : `${area}-${line}`;
}

/** 200 to 989 but for those that end in 11, which are services. */
function anyAreaCode(): string {
  const area = `${2 + below(8)}${below(9)}${below(10)}`;
  return area.endsWith("11") ? anyAreaCode() : area;
}

/** Numbers below 4000 00 and 3782 82 are what payment systems test with. */
export function fakeCard(original: string): string {
  const isFifteen = original.replace(/\D/g, "").length === 15;
  const head = isFifteen ? `378282${digits(8)}` : `400000${digits(9)}`;
  const number = head + luhnDigit(head);
  const separator = /\d([ -])\d/.exec(original)?.[1];
  if (separator === undefined) return number;
  const groups = isFifteen ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{4})(\d{4})(\d{4})/;
  return (groups.exec(number) ?? []).slice(1).join(separator);
}

/** No bank has the code TEST. */
export function fakeIban(original: string): string {
  const account = `TEST000000${digits(8)}`;
  const checkDigits = String(98 - remainder(`GB00${account}`)).padStart(2, "0");
  const number = `GB${checkDigits}${account}`;
  return original.includes(" ") ? (number.match(/.{1,4}/g) ?? []).join(" ") : number;
}

/** 987-65-4320 to 4329 are kept for advertisements. Should ten not do: no number in the nine hundreds is given out. */
export function fakeSsn(original: string, attempt: number): string {
  const [group, serial] = attempt < 40 ? ["65", `432${digits(1)}`] : [String(10 + below(40)), digits(4)];
  return nine(original, "987", group, serial);
}

/** No number ends in four zeros. Should these not do: none has a group from 66 to 69. */
export function fakeItin(original: string, attempt: number): string {
  const [group, serial] = attempt < 40 ? [70 + below(19), "0000"] : [66 + below(4), digits(4)];
  return nine(original, `9${digits(2)}`, String(group), serial);
}

function nine(original: string, area: string, group: string, serial: string): string {
  const separator = /\d([ -])\d/.exec(original)?.[1] ?? "";
  return [area, group, serial].join(separator);
}

/** Numbers from 999 000 0000 are for tests. */
export function fakeNhsNumber(original: string): string {
  const head = `999${digits(6)}`;
  const last = [..."0123456789"].find((digit) => isNhsNumber(head + digit));
  if (last === undefined) return fakeNhsNumber(original);
  const separator = /\d([ -])\d/.exec(original)?.[1] ?? "";
  return [head.slice(0, 3), head.slice(3, 6), head.slice(6) + last].join(separator);
}

/** Prefixes that the administration keeps for itself. */
const NOBODYS_PREFIXES = ["CR", "MW", "NC", "PP", "PZ"] as const;

export function fakeNino(original: string): string {
  const parts = [pick(NOBODYS_PREFIXES), digits(2), digits(2), digits(2), pick(["A", "B", "C", "D"])];
  return parts.join(original.includes(" ") ? " " : "");
}

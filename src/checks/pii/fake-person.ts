import { below, digits, pick } from "./chance.ts";
import { fakeDomain } from "./fake-network.ts";

/** As many words as the original, at most two, and written as it is. One word is a double name once the single ones are few. */
export async function fakeName(original: string, attempt: number): Promise<string> {
  const { given, surname } = await person();
  const single = attempt < 20 ? given : `${given}-${surname}`;
  const name = /\s/.test(original.trim()) ? `${given} ${surname}` : single;
  if (original === original.toLowerCase() && /[a-z]/.test(original)) return name.toLowerCase();
  return original === original.toUpperCase() && /[A-Z]{2}/.test(original) ? name.toUpperCase() : name;
}

export async function fakeEmail(): Promise<string> {
  const { given, surname } = await person();
  const [first, last] = [given, surname].map((name) => name.toLowerCase().replace(/[^a-z]/g, ""));
  return `${first}.${last}${digits(2)}@${fakeDomain()}`;
}

export async function fakeAddress(): Promise<string> {
  const { default: names } = await import("./fake-names.table.ts");
  return `${1 + below(9_999)} ${oneOf(names.streets)}`;
}

async function person(): Promise<{ given: string; surname: string }> {
  const { default: names } = await import("./fake-names.table.ts");
  return { given: oneOf(names.given), surname: oneOf(names.surnames) };
}

function oneOf(list: string[]): string {
  return list[below(list.length)] ?? "";
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** A day between 1945 and 2004, or in more years where there are many, in figures where the original is; day and month may be read in either order. */
export function fakeBirthDate(original: string, attempt: number): string {
  const year = String(attempt < 20 ? 1945 + below(60) : 1905 + below(110));
  const [one, other] = [two(1 + below(12)), two(1 + below(12))];
  const separator = /\d([-/.])/.exec(original)?.[1] ?? "/";
  if (/^\d{4}[-/.]/.test(original)) return [year, one, other].join(separator);
  if (/^[\d\s./-]+$/.test(original)) return [one, other, year].join(separator);
  return `${1 + below(28)} ${pick(MONTHS)} ${year}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

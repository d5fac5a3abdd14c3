import { below, digits, pick } from "./chance.ts";
import { fakeDomain } from "./fake-network.ts";

type Faker = typeof import("@faker-js/faker/locale/en")["faker"];

let loading: Promise<Faker> | undefined;

/** The maker of names; its own chance is seeded once for each isolate. */
function loadFaker(): Promise<Faker> {
  loading ??= import("@faker-js/faker/locale/en").then(({ faker }) => {
    faker.seed(below(2 ** 32));
    return faker;
  });
  return loading;
}

/** As many words as the original, at most two, and written as it is. */
export async function fakeName(original: string): Promise<string> {
  const { person } = await loadFaker();
  const name = /\s/.test(original.trim()) ? `${person.firstName()} ${person.lastName()}` : person.firstName();
  if (original === original.toLowerCase() && /[a-z]/.test(original)) return name.toLowerCase();
  return original === original.toUpperCase() && /[A-Z]{2}/.test(original) ? name.toUpperCase() : name;
}

export async function fakeEmail(): Promise<string> {
  const { person } = await loadFaker();
  const [first, last] = [person.firstName(), person.lastName()].map((name) =>
    name.toLowerCase().replace(/[^a-z]/g, ""),
  );
  return `${first}.${last}${digits(2)}@${fakeDomain()}`;
}

export async function fakeAddress(): Promise<string> {
  const { location } = await loadFaker();
  return location.streetAddress();
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

/** A day between 1945 and 2004, in figures where the original is; day and month may be read in either order. */
export function fakeBirthDate(original: string): string {
  const year = String(1945 + below(60));
  const [one, other] = [two(1 + below(12)), two(1 + below(12))];
  const separator = /\d([-/.])/.exec(original)?.[1] ?? "/";
  if (/^\d{4}[-/.]/.test(original)) return [year, one, other].join(separator);
  if (/^[\d\s./-]+$/.test(original)) return [one, other, year].join(separator);
  return `${1 + below(28)} ${pick(MONTHS)} ${year}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

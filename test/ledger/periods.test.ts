import { describe, expect, it } from "vitest";
import { dayOf, startOfMonth, startOfWeek } from "../../src/ledger/periods.ts";

const time = (text: string) => Date.parse(`${text}${text.includes("T") ? "Z" : "T00:00:00Z"}`);
const day = (text: string) => dayOf(time(text));
/** A day as a date. */
const date = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);

describe("the day of a time", () => {
  it.each([
    ["1970-01-01", 0],
    ["1970-01-01T23:59:59.999", 0],
    ["1970-01-02", 1],
    ["2026-01-31T23:59:59.999", 20_484],
    ["2026-02-01", 20_485],
    ["2028-02-29T12:00:00", 21_243],
  ])("%s is %i, in UTC", (text, expected) => {
    expect(day(text)).toBe(expected);
  });
});

describe("the week of a day", () => {
  it.each([
    ["2026-01-26", "2026-01-26"],
    ["2026-01-27", "2026-01-26"],
    ["2026-02-01", "2026-01-26"],
    ["2026-02-02", "2026-02-02"],
    ["2025-12-31", "2025-12-29"],
    ["2026-01-01", "2025-12-29"],
    ["2026-01-04", "2025-12-29"],
    ["2026-01-05", "2026-01-05"],
    ["2028-02-29", "2028-02-28"],
    ["2028-03-05", "2028-02-28"],
    ["1970-01-05", "1970-01-05"],
  ])("of %s begins on Monday %s, across months and years", (text, monday) => {
    expect(date(startOfWeek(day(text)))).toBe(monday);
  });
});

describe("the month of a time", () => {
  it.each([
    ["2026-01-01", "2026-01-01"],
    ["2026-01-31T23:59:59.999", "2026-01-01"],
    ["2026-02-01", "2026-02-01"],
    ["2026-02-28T23:59:59.999", "2026-02-01"],
    ["2026-12-31T23:59:59.999", "2026-12-01"],
    ["2027-01-01", "2027-01-01"],
    ["2028-02-29", "2028-02-01"],
    ["2028-03-01", "2028-03-01"],
  ])("of %s begins on %s", (text, first) => {
    expect(date(startOfMonth(time(text)))).toBe(first);
  });
});

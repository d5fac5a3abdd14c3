/** What a key has spent, in nano-dollars, in all and in the current periods. */
export interface KeySpend {
  total: number;
  daily: number;
  weekly: number;
  monthly: number;
  byokTotal: number;
  byokDaily: number;
  byokWeekly: number;
  byokMonthly: number;
}

export const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const DAYS_FROM_MONDAY_TO_EPOCH = 3;

/** The UTC day of a time, counted from 1970. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** The Monday of the week in which a day lies, as a day. */
export function startOfWeek(day: number): number {
  return day - ((day + DAYS_FROM_MONDAY_TO_EPOCH) % 7);
}

/** The first day of the UTC month of a time, as a day. */
export function startOfMonth(timeMs: number): number {
  const date = new Date(timeMs);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
}

type Period = "daily" | "weekly" | "monthly";

/** When the current period began, in milliseconds. */
export function startOfPeriod(period: Period, nowMs: number): number {
  if (period === "monthly") return startOfMonth(nowMs) * DAY_MS;
  const today = dayOf(nowMs);
  return (period === "daily" ? today : startOfWeek(today)) * DAY_MS;
}

/** When the next period begins, in milliseconds. */
export function endOfPeriod(period: Period, nowMs: number): number {
  const startMs = startOfPeriod(period, nowMs);
  if (period === "daily") return startMs + DAY_MS;
  if (period === "weekly") return startMs + 7 * DAY_MS;
  const start = new Date(startMs);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
}

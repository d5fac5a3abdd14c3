/** One measured quality and what it has to reach. */
export interface Figure {
  /** What was measured, e.g. `pii EMAIL_ADDRESS recall`. */
  name: string;
  value: number;
  target: number;
  better: "higher" | "lower";
  /** Of value and target, e.g. `ms`; absent for a share between 0 and 1. */
  unit?: string;
}

/** Whether the target is reached. A figure that is no number never is. */
export function isReached({ value, target, better }: Figure): boolean {
  return better === "higher" ? value >= target : value <= target;
}

/** Tells that something was found. The highest weight of a family counts. */
export type Report = (family: Family, weight: number) => void;

/** What patterns find; `wording` is what the words tell as a whole. */
export const FAMILIES = [
  "override",
  "role",
  "leak",
  "delimiter",
  "exfiltration",
  "encoded",
  "coercion",
  "wording",
] as const;
export type Family = (typeof FAMILIES)[number];

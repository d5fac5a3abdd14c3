/** Tells that something was found. The highest weight of a family counts. */
export type Report = (family: Family, weight: number) => void;

export const FAMILIES = ["override", "role", "leak", "delimiter", "exfiltration", "encoded", "coercion"] as const;
export type Family = (typeof FAMILIES)[number];

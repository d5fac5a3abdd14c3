/** The secrets that `npm start` makes when nobody else has, and the demo key that it hands out. */

/** What is kept between two starts. */
export interface Kept {
  MANAGEMENT_KEY?: string;
  MASTER_KEYS?: string;
  demo_key?: string;
}

export interface Secrets {
  managementKey: string;
  /** It stands in `.dev.vars`; otherwise we made it. */
  isOwnManagementKey: boolean;
  /** What the Worker must be told; what stands in `.dev.vars` it reads by itself. */
  vars: Record<string, string>;
  /** What to keep for the next start. */
  kept: Kept;
}

/**
 * The secrets of this start: a value in `.dev.vars` wins, then the one kept, then a new one. An empty value in
 * `.dev.vars` is none. `random` gives that many random bytes.
 */
export function chooseSecrets(
  devVars: Record<string, string | undefined>,
  kept: Kept,
  random: (bytes: number) => Uint8Array,
): Secrets {
  const vars: Record<string, string> = {};
  const next: Kept = { ...kept };
  const choose = (name: "MANAGEMENT_KEY" | "MASTER_KEYS", make: () => string): string => {
    const own = devVars[name];
    if (own) return own;
    const value = kept[name] ?? make();
    vars[name] = value;
    next[name] = value;
    return value;
  };
  const managementKey = choose("MANAGEMENT_KEY", () => `sk-mgmt-${Buffer.from(random(32)).toString("base64url")}`);
  choose("MASTER_KEYS", () => `k1:${Buffer.from(random(32)).toString("base64")}`);
  return { managementKey, isOwnManagementKey: !("MANAGEMENT_KEY" in vars), vars, kept: next };
}

/** Reads what was kept; nothing yet when the text is undefined. Throws when the text is not what was written. */
export function parseKept(text: string | undefined): Kept {
  if (text === undefined) return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  const textAt = (name: string) => {
    const found = (value as Record<string, unknown>)[name];
    if (found !== undefined && typeof found !== "string") throw new TypeError(`${name} is not a string`);
    return found || undefined;
  };
  const kept = {
    MANAGEMENT_KEY: textAt("MANAGEMENT_KEY"),
    MASTER_KEYS: textAt("MASTER_KEYS"),
    demo_key: textAt("demo_key"),
  };
  return JSON.parse(JSON.stringify(kept));
}

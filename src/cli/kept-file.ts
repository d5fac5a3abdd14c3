import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Kept, parseKept } from "./secrets.ts";

/** Reads the file of what was kept; nothing when there is no file. Throws with a sentence when it cannot be read. */
export function readKept(path: string): Kept {
  const text = readText(path);
  try {
    return parseKept(text);
  } catch (cause) {
    throw new Error(
      `${path} is damaged. Repair it if provider keys are stored in this Worker: it holds the MASTER_KEYS that open them. Otherwise delete it and start again.`,
      { cause },
    );
  }
}

/** Writes the file whole or not at all, readable by its owner only. */
export function writeKept(path: string, kept: Kept): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

/** The text of a file; undefined when it does not exist. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

import { execFile } from "node:child_process";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../src/cli/admin.ts");

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Setting {
  env?: Record<string, string>;
  input?: string;
}

/** Runs `npm run admin` as it is run from a shell, with no setting from outside. */
export function runAdmin(args: string[], { env = {}, input = "" }: Setting = {}): Promise<Ended> {
  const { POINTSMAN_URL: _, POINTSMAN_MANAGEMENT_KEY: __, PORT: ___, ...rest } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      { env: { ...rest, ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

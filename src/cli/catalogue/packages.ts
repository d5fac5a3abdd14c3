import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A published package, pinned to its bytes. */
export interface Package {
  name: string;
  version: string;
  integrity: string;
}

/** Lets `use` read a package's files, which are gone afterwards. Nothing of the package is installed or run. */
export async function withPackage<Result>(
  { name, version, integrity }: Package,
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "pointsman-catalogue-"));
  try {
    const args = ["pack", `${name}@${version}`, "--pack-destination", directory, "--json", "--loglevel=error"];
    const { stdout } = await run("npm", args);
    const packed = Object.values(JSON.parse(stdout))[0] as { filename: string; integrity: string };
    if (packed.integrity !== integrity)
      throw new Error(`${name}@${version} is not the package that was looked at: ${packed.integrity}`);
    await run("tar", ["xzf", join(directory, packed.filename), "-C", directory]);
    return await use(join(directory, "package"));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

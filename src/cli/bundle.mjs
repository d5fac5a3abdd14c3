import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { tablesAsBytes } from "./tables.mjs";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Bundles the Worker into a directory: `index.js` with what every Worker needs when it starts, and one module for each
 * part that is imported on first use. What else is in the directory is deleted: it would be deployed, too. Gives what
 * was made of what.
 *
 * @param {string} directory
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function bundle(directory) {
  await mkdir(directory, { recursive: true });
  const made = new Set();
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/index.ts"],
    outdir: directory,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".txt": "copy" },
    assetNames: "[name]",
    chunkNames: "[name]-[hash]",
    minify: true,
    metafile: true,
    external: ["cloudflare:*", "node:*"],
    plugins: [
      tablesAsBytes(directory, (name) => {
        if (made.has(name)) throw new Error(`two tables are called ${name}`);
        made.add(name);
      }),
    ],
  });
  for (const path of Object.keys(metafile.outputs)) made.add(basename(path));
  for (const name of await readdir(directory))
    if (!made.has(name)) await rm(join(directory, name), { recursive: true });
  return metafile;
}

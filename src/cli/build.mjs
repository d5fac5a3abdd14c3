import { readdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";

/**
 * Bundles the Worker into `dist/worker`, or into the directory that is given: `index.js` with what every Worker needs
 * when it starts, and one module for each part that is imported on first use. Wrangler runs it before it starts or
 * deploys the Worker. Plain JavaScript, so that any Node can run it.
 */
const ROOT = join(import.meta.dirname, "../..");
const directory = resolve(ROOT, process.argv[2] ?? "dist/worker");

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
  external: ["cloudflare:*", "node:*"],
  loader: { ".txt": "copy" },
  assetNames: "[name]",
  chunkNames: "[name]-[hash]",
  minify: true,
  metafile: true,
});

// What an earlier build has left would be deployed, too.
const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const name of await readdir(directory)) if (!made.has(name)) await rm(join(directory, name), { recursive: true });

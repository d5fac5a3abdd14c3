import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

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
    plugins: [tableAsText(directory)],
  });
  const made = new Set([TABLE, ...Object.keys(metafile.outputs).map((path) => basename(path))]);
  for (const name of await readdir(directory))
    if (!made.has(name)) await rm(join(directory, name), { recursive: true });
  return metafile;
}

/** Where the tokens of `/tokenize` are. */
const TABLE = "o200k_base.txt";

/**
 * 200,000 tokens as JSON beside the code: the runtime compiles every module when it starts, also those that are imported
 * on first use, and as code they would take a third of that time.
 *
 * @param {string} directory
 * @returns {import("esbuild").Plugin}
 */
function tableAsText(directory) {
  return {
    name: "table-as-text",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^gpt-tokenizer\/bpeRanks\/o200k_base$/ }, ({ path }) => ({ path, namespace: "table" }));
      onResolve({ filter: new RegExp(TABLE) }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: "table" }, async ({ path }) => {
        const { default: tokens } = await import(path);
        await writeFile(join(directory, TABLE), JSON.stringify(tokens));
        return { contents: `import text from "./${TABLE}"; export default JSON.parse(text);` };
      });
    },
  };
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Modules whose default export is data taken out of a library: a word list, a table. */
const TABLES = /\.table\.ts$/;

/**
 * Puts the data of `*.table.ts` into the bundle, and not the library that it comes from: as JSON beside the code, in
 * bytes. When it starts, the runtime compiles every module, also those that are imported on first use, and reads every
 * text; bytes it leaves alone.
 *
 * @param {string} directory where the bundle is written
 * @param {(name: string) => void} onWritten takes the name of each file that is written beside it
 * @returns {import("esbuild").Plugin}
 */
export function tablesAsBytes(directory, onWritten) {
  return {
    name: "tables-as-bytes",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.table\.bin$/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: TABLES }, async ({ path }) => {
        const name = basename(path).replace(TABLES, ".table.bin");
        await writeFile(join(directory, name), JSON.stringify(await dataOf(path)));
        onWritten(name);
        return { contents: `import json from "./${name}"; export default JSON.parse(new TextDecoder().decode(json));` };
      });
    },
  };
}

/**
 * The same for Vite, in one piece.
 *
 * @returns {import("vite").Plugin}
 */
export function tablesAsCode() {
  return {
    name: "tables-as-code",
    enforce: "pre",
    load: {
      filter: { id: TABLES },
      handler: async (path) => `export default JSON.parse("${escaped(JSON.stringify(await dataOf(path)))}");`,
    },
  };
}

/**
 * Nothing in it looks like code that a tool would change.
 *
 * @param {string} text
 */
function escaped(text) {
  return text.replace(/[^\w ,]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Runs the module, with all that it imports, in this process.
 *
 * @param {string} path
 * @returns {Promise<unknown>}
 */
async function dataOf(path) {
  const directory = await mkdtemp(join(tmpdir(), "pointsman-table-"));
  const outfile = join(directory, "table.mjs");
  try {
    await build({ entryPoints: [path], bundle: true, format: "esm", platform: "node", outfile });
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    await rm(directory, { recursive: true });
  }
}

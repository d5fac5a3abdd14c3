import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
// @ts-expect-error plain JavaScript, typed by its comment
import { bundle } from "../../src/cli/bundle.mjs";

const directory = await mkdtemp(join(tmpdir(), "pointsman-bundle-"));
afterAll(() => rm(directory, { recursive: true, force: true }));

const { outputs }: Metafile = await bundle(directory);

/** Paths of the modules that are loaded with one, other than on first use. */
function loadedWith(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path) || !path.endsWith(".js")) return found;
  found.add(path);
  for (const { path: imported, kind } of outputs[path]?.imports ?? [])
    if (kind === "import-statement" && imported in outputs) loadedWith(imported, found);
  return found;
}

const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === "src/index.ts") ?? "";
const atStart = [...loadedWith(entry)];
const sourcesAtStart = atStart.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
const allSources = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));

describe("what a Worker loads when it starts", () => {
  it("is not more than 200 KiB, compressed", async () => {
    const codes = await Promise.all(atStart.map((path) => readFile(join(directory, basename(path)))));
    expect(gzipSync(Buffer.concat(codes), { level: 9 }).length).toBeLessThan(200 * 1024);
  });

  it.each([
    "node_modules/libphonenumber-js",
    "node_modules/unpdf",
    "src/usage/o200k.table.ts",
    "node_modules/@cfworker/json-schema",
    "node_modules/aws4fetch",
    "src/checks/pii",
    "src/checks/injection",
    "src/retrieval/documents",
    "src/protocols/anthropic-messages",
    "src/http/selftest",
  ])("has nothing of %s, which is loaded by those who need it", (path) => {
    expect(allSources.filter((source) => source.startsWith(path))).not.toEqual([]);
    expect(sourcesAtStart.filter((source) => source.startsWith(path))).toEqual([]);
  });

  it.each([
    "node_modules/compromise",
    "node_modules/@faker-js",
    "node_modules/gpt-tokenizer/esm/bpeRanks",
    "node_modules/libphonenumber-js/metadata",
  ])("leaves %s at home: of a library of data only the data goes in", (path) => {
    expect(allSources.filter((source) => source.startsWith(path))).toEqual([]);
  });
});

describe("a table", () => {
  it.each(["o200k", "phone-metadata", "fake-names", "known-names", "own-names", "dictionary", "weights"])(
    "%s is JSON beside the code",
    async (name) => {
      const table: unknown = JSON.parse(await readFile(join(directory, `${name}.table.bin`), "utf8"));
      expect(Object.keys(Object(table)).length).toBeGreaterThan(1);
    },
  );
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/catalogue/providers/index.ts";
import { ERROR_STATUS } from "../../src/errors.ts";
import { apiSchema } from "../../src/schema/catalogue.ts";

const ROOT = join(import.meta.dirname, "../..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** What the README says about the project is looked up in the project. */
describe("the README", () => {
  it("defends every dependency, and no other", () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const defended = rowsOf("## Dependencies").flatMap(([names = ""]) => codeIn(names));
    expect(defended.sort()).toEqual(installed.sort());
  });

  it("draws every room of the house, and no other", () => {
    const rooms = readdirSync(join(ROOT, "src"), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    );
    const drawn = [...sectionOf("## The house").matchAll(/^ {2}([a-z.-]+\/?) /gm)].map(([, room]) => room);
    expect(drawn.sort()).toEqual(rooms.filter((room) => room !== "env.d.ts").sort());
  });

  it("lists every wire format that a provider can speak, and no other", () => {
    const listed = rowsOf("### Wire formats").flatMap(([names = ""]) => codeIn(names));
    expect(listed.sort()).toEqual([...apiSchema.options].sort());
  });

  it("and .dev.vars.example name secrets that providers have", () => {
    const secrets = new Set(Object.values(PROVIDERS).map(({ key }) => key));
    const example = readFileSync(join(ROOT, ".dev.vars.example"), "utf8");
    const named = [...readme.matchAll(/`([A-Z0-9_]+_API_KEY)`/g), ...example.matchAll(/^# ([A-Z0-9_]+)=$/gm)];
    const unknown = named.map(([, name = ""]) => name).filter((name) => !secrets.has(name) && name !== "ACME_API_KEY");
    expect(unknown).toEqual([]);
  });

  it("gives known types of errors", () => {
    const types = rowsOf("## Errors").map(([, type = ""]) => codeIn(type)[0]);
    expect(types.length).toBeGreaterThan(10);
    expect(types.filter((type) => !Object.hasOwn(ERROR_STATUS, type ?? ""))).toEqual([]);
  });

  it("names files and scripts that exist", () => {
    // Of a path with a placeholder in it, what stands before.
    const paths = codeIn(readme)
      .filter((code) => /^(src|test)\/\S+$/.test(code))
      .map((path) => path.replace(/<.*$/, ""));
    const links = [...readme.matchAll(/\]\(([^):#]+)\)/g)].map(([, path = ""]) => path);
    expect([...paths, ...links].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const scripts = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, script = ""]) => script);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });
});

/** The text from a heading to the next one of any level. */
function sectionOf(heading: string): string {
  const [, after = ""] = readme.split(`\n${heading}\n`);
  return after.split(/^#+ /m)[0] ?? "";
}

/** The cells of a section's tables, without the rows of their heads. */
function rowsOf(heading: string): string[][] {
  const lines = sectionOf(heading).split("\n");
  const isRow = (line: string | undefined) => line?.startsWith("|") ?? false;
  return lines
    .filter((line, index) => isRow(line) && !line.startsWith("|---") && !lines[index + 1]?.startsWith("|---"))
    .map((line) => line.split("|").slice(1, -1));
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

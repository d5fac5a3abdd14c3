import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/catalogue/providers/index.ts";
import type { Attempt } from "../../src/dispatch/attempt.ts";
import { toWireError } from "../../src/dispatch/give-up.ts";
import { ERROR_STATUS, type ErrorType, type FailureKind } from "../../src/errors.ts";
import { verdictOf } from "../../src/health/health.ts";
import { MAX_BODY_BYTES, MAX_CHAT_BYTES } from "../../src/http/read-body.ts";
import { REMEDIES } from "../../src/routing/fallback.ts";
import { COMPRESSED_BY_DEFAULT, EXCLUSION_REASONS } from "../../src/routing/filter.ts";
import { RANK_SENTENCES } from "../../src/routing/reasons.ts";
import { MAX_DEPTH } from "../../src/schema/accepts.ts";
import { apiSchema, catalogueDocumentSchema, providerSchema } from "../../src/schema/catalogue.ts";
import { providerPreferencesSchema, timeoutsSchema } from "../../src/schema/provider-preferences.ts";
import { MAX_EVENT_CHARS } from "../../src/stream/sse.ts";
import { TOKEN_ESTIMATE_ERROR } from "../../src/usage/count-tokens.ts";

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
    const [, ...listed] = codeIn(sectionOf("### Wire formats"));
    expect(listed.sort()).toEqual([...apiSchema.options].sort());
  });

  it("and .dev.vars.example name secrets that providers have", () => {
    const secrets = new Set(Object.values(PROVIDERS).map(({ key }) => key));
    const example = readFileSync(join(ROOT, ".dev.vars.example"), "utf8");
    const named = [...readme.matchAll(/`([A-Z0-9_]+_API_KEY)`/g), ...example.matchAll(/^# ([A-Z0-9_]+)=$/gm)];
    const unknown = named.map(([, name = ""]) => name).filter((name) => !secrets.has(name) && name !== "ACME_API_KEY");
    expect(unknown).toEqual([]);
  });

  it("lists every type of error that is thrown, with its status", () => {
    const rows = rowsOf("## Errors").map(([status = "", type = ""]) => [codeIn(type)[0], Number(status)] as const);
    for (const [type, status] of rows)
      expect(status, type).toBe(ERROR_STATUS_HERE[type as ErrorType] ?? ERROR_STATUS[type as ErrorType]);
    const listed = rows.map(([type]) => type);
    const thrown = Object.keys(ERROR_STATUS).filter((type) => sources.some((source) => source.includes(`"${type}"`)));
    expect(thrown.length).toBeGreaterThan(10);
    expect(listed.sort()).toEqual(thrown.sort());
  });

  it("tells of every failure what follows, what health makes of it, and the last word", () => {
    const told = rowsOf("## When providers fail").flatMap(([kinds = "", , next = "", health = "", , status = ""]) =>
      codeIn(kinds).map((kind) => [kind, next.trim(), health.trim(), Number.parseInt(status, 10)]),
    );
    const real = (Object.keys(REMEDIES) as FailureKind[]).map((kind) => [
      kind,
      { next: "next", larger_context: "of this model only larger contexts" }[REMEDIES[kind]],
      { failure: "failure", neutral: "nothing", rate_limited: "rate limit", success: "" }[verdictOf(kind)],
      toWireError({ kind, message: "" }, SOME_ATTEMPT).code,
    ]);
    expect(told.sort()).toEqual(real.sort());
  });

  it("explains every key of `provider`, every clock, and what may happen when a client leaves", () => {
    const keys = rowsOf("### Preferences").flatMap(([names = ""]) => codeIn(names));
    expect(keys.sort()).toEqual(Object.keys(providerPreferencesSchema.shape).sort());
    const clocks = rowsOf("### Deadlines").flatMap(([names = ""]) => codeIn(names));
    expect(clocks).toEqual(expect.arrayContaining(Object.keys(timeoutsSchema.shape)));
    const departure = codeIn(sectionOf("### Hedges, continuation, departure"));
    expect(departure).toEqual(expect.arrayContaining(providerSchema.shape.on_disconnect.unwrap().options));
  });

  it("gives every reason of a plan, and no other", () => {
    const excluded = rowsOf("### Filters").flatMap(([reasons = ""]) => codeIn(reasons));
    expect(excluded.sort()).toEqual([...EXCLUSION_REASONS].sort());
    const ranked = rowsOf("### Order").flatMap(([, reasons = ""]) => codeIn(reasons));
    expect(ranked.sort()).toEqual(Object.keys(RANK_SENTENCES).sort());
  });

  it("gives bounds as they are", () => {
    const bounds = sectionOf("### Bounds");
    expect(bounds).toContain(
      `| ${MAX_CHAT_BYTES / 2 ** 20} MiB; ${MAX_BODY_BYTES / 2 ** 20} MiB; ${MAX_DEPTH} levels |`,
    );
    expect(bounds).toContain(`| ${MAX_EVENT_CHARS / 2 ** 20} Mi characters;`);
    const prompts = sectionOf("## Response cache and long prompts");
    expect(prompts).toContain(`within ${TOKEN_ESTIMATE_ERROR * 100} % of`);
    expect(prompts).toContain(`${COMPRESSED_BY_DEFAULT.toLocaleString("en")} tokens or fewer`);
  });

  it("shows a catalogue that is one", () => {
    const examples = [...readme.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = ""]) => JSON.parse(json));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(catalogueDocumentSchema.strict().parse(example)).toEqual(example);
  });

  it("links to headings that there are", () => {
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ""))).toEqual([]);
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

/** Where requests end in an error; what a protocol or the demo calls its own errors is none of them. */
const ROOMS = ["errors.ts", "http", "dispatch", "routing", "store", "ledger", "schema"];
const sources = ROOMS.flatMap(filesOf)
  .filter((path) => path.endsWith(".ts") && !path.includes("selftest"))
  .map((path) => readFileSync(path, "utf8"));

function filesOf(room: string): string[] {
  const path = join(ROOT, "src", room);
  if (room.endsWith(".ts")) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file));
}

/** Statuses that are not those of their types. */
const ERROR_STATUS_HERE: Partial<Record<ErrorType, number>> = { content_policy_violation: 403 };

/** As much of an attempt as an error tells of it. */
const SOME_ATTEMPT = { endpoint: { provider: { name: "Acme" } } } as unknown as Attempt;

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

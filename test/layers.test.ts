import { describe, expect, it } from "vitest";

/** Rooms from top to bottom. A file imports its own room and the rows below; rooms of one row do not know each other. */
const ROWS = [
  ["index"],
  ["http"],
  ["dispatch"],
  ["routing", "protocols", "checks", "retrieval", "ledger", "store"],
  ["stream", "usage", "catalogue", "health"],
  ["demo", "local"],
  ["schema"],
  ["errors"],
];
/** Programs of their own: of the Worker they know the catalogue's rows, and the Worker knows nothing of them. */
const APART = "cli";
const KNOWN_APART = ["catalogue", "schema"];

const SOURCES = import.meta.glob<string>("../src/**/*.ts", { query: "?raw", import: "default", eager: true });
const FILES = Object.entries(SOURCES)
  .map(([path, text]) => ({ path: path.replace("../src/", ""), text }))
  .filter(({ path }) => path !== "env.d.ts");

interface File {
  path: string;
  text: string;
}

function roomOf(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? path;
}

/** What a file imports or re-exports, as it is written there. */
function importsOf({ text }: File): string[] {
  return [...code(text).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier ?? "");
}

function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** Imports that go up or sideways, as `file → import`. */
function crossings(files: File[]): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith(".") && !mayImport(file.path, specifier))
      .map((specifier) => `${file.path} → ${specifier}`),
  );
}

function mayImport(path: string, specifier: string): boolean {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === to) return true;
  if (from === APART) return KNOWN_APART.includes(to);
  const [upper, lower] = [from, to].map((room) => ROWS.findIndex((row) => row.includes(room))) as [number, number];
  return upper !== -1 && lower !== -1 && upper < lower;
}

/** Files outside the given places whose code matches. */
function matchesOutside(places: string[], pattern: RegExp): string[] {
  return FILES.filter(({ path }) => !places.some((place) => path.startsWith(place)))
    .filter(({ text }) => pattern.test(code(text)))
    .map(({ path }) => path);
}

describe("the layers", () => {
  it("hold every file of src", () => {
    const rooms = new Set([...ROWS.flat(), APART]);
    expect(FILES.map(({ path }) => path).filter((path) => !rooms.has(roomOf(path)))).toEqual([]);
    expect(FILES.length).toBeGreaterThan(50);
  });

  it("have imports that only go down", () => {
    expect(crossings(FILES)).toEqual([]);
  });

  it("import Hono in http only", () => {
    expect(matchesOutside(["http/"], /"hono(\/[^"]*)?"/)).toEqual([]);
  });

  it("touch Cloudflare's bindings in ledger, store and retrieval only", () => {
    const places = ["ledger/", "store/", "retrieval/"];
    expect(matchesOutside(places, /"cloudflare:|\bKVNamespace\b|\bDurableObject/)).toEqual([]);
  });

  it("call upstreams in one file only", () => {
    expect(
      matchesOutside(["dispatch/upstream.ts", "cli/"], /(?<![\w.#]|override )fetch\s*\(|globalThis\s*\.\s*fetch/),
    ).toEqual([]);
  });
});

describe("the test of the layers", () => {
  it.each([
    { name: "upward", path: "routing/plan.ts", specifier: "../dispatch/dispatch.ts" },
    { name: "sideways", path: "stream/encode.ts", specifier: "../usage/cost.ts" },
    { name: "into the command line", path: "http/app.ts", specifier: "../cli/port.ts" },
    { name: "from the command line into the Worker", path: "cli/start.ts", specifier: "../store/keys.ts" },
    { name: "into no room", path: "http/app.ts", specifier: "../utils/misc.ts" },
    { name: "out of the lowest row", path: "errors.ts", specifier: "./schema/chat.ts" },
  ])("finds an import that goes $name", ({ path, specifier }) => {
    const statements = [
      `import { x } from "${specifier}";`,
      `import type {\n  X,\n} from "${specifier}";`,
      `export { x } from "${specifier}";`,
      `const x = await import("${specifier}");`,
      `import "${specifier}";`,
    ];
    for (const text of statements) expect(crossings([{ path, text }])).toEqual([`${path} → ${specifier}`]);
  });

  it("passes over imports that go down, and over comments", () => {
    const text = `import { a } from "../errors.ts";\nimport b from "zod";\n// import "../http/app.ts"\n/* from "../index.ts" */`;
    expect(crossings([{ path: "routing/plan.ts", text }])).toEqual([]);
  });
});

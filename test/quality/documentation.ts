import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelledText } from "./read-labelled.ts";

/** Packages whose documentation stands for what people hand to a model: manuals, changes, licences. */
const PACKAGES = [
  "@biomejs/biome",
  "@cfworker/json-schema",
  "@faker-js/faker",
  "@openrouter/ai-sdk-provider",
  "@openrouter/sdk",
  "ai",
  "aws4fetch",
  "compromise",
  "esbuild",
  "fast-check",
  "gpt-tokenizer",
  "hono",
  "libphonenumber-js",
  "miniflare",
  "openai",
  "typescript",
  "undici",
  "unpdf",
  "vite",
  "vitest",
  "wrangler",
  "zod",
];
const MODULES = join(import.meta.dirname, "../../node_modules");
const IS_DOCUMENTATION = /^(?:readme|changelog|licen[cs]e)/i;
const CHUNK_CHARS = 1_500;
/** Of one file; long lists of changes say the same again and again. */
const MAX_CHARS = 30_000;

/** Harmless texts, in pieces of about a page; nothing of them is kept in the project. */
export function documentation(): LabelledText[] {
  return PACKAGES.flatMap((name) => {
    const directory = join(MODULES, name);
    const files = existsSync(directory) ? readdirSync(directory).filter((file) => IS_DOCUMENTATION.test(file)) : [];
    return files.sort().flatMap((file) => pages(readFileSync(join(directory, file), "utf8").slice(0, MAX_CHARS)));
  }).map((text) => ({ text, isAttack: false }));
}

function pages(text: string): string[] {
  const pages: string[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    const last = pages.at(-1);
    if (last !== undefined && last.length + paragraph.length < CHUNK_CHARS)
      pages.push(`${pages.pop()}\n\n${paragraph}`);
    else pages.push(paragraph);
  }
  return pages.filter((page) => page.trim() !== "");
}

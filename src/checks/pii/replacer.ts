import type { PiiEntity, PiiMethod } from "../../schema/checks.ts";
import { lettersAndDigits } from "./chance.ts";
import { fakeValue } from "./fake.ts";
import { withoutOverlaps } from "./overlaps.ts";
import type { PiiSpan } from "./settings.ts";

/** Rewrites the texts of one request: equal values become equal, different ones different, in all of them. */
export interface Replacer {
  /** The text with every span replaced; of spans that overlap the longest counts, then the earlier kind. */
  replace(text: string, spans: readonly PiiSpan[]): Promise<string>;
}

/** After so many taken values a range is used up; what comes next may repeat. */
const MOST_ATTEMPTS = 2_000;

/** A replacer for one request. Nothing leads back from a replacement to what it stands for. */
export function createReplacer(method: PiiMethod): Replacer {
  if (method === "mask") return createPlain(() => "*");
  return method === "category" ? createPlain((type) => `<${type}>`) : createInventing(method);
}

function createPlain(replacementOf: (type: PiiEntity) => string): Replacer {
  return {
    async replace(text, spans) {
      return rewrite(text, withoutOverlaps(spans), ({ type }) => replacementOf(type));
    },
  };
}

function createInventing(method: "random" | "fake"): Replacer {
  const replacements = new Map<string, string>();
  /** Originals and what stands for them: a new value is none of these. */
  const taken = new Set<string>();

  async function invent(type: PiiEntity, original: string): Promise<string> {
    const key = `${type} ${original}`;
    const known = replacements.get(key);
    if (known !== undefined) return known;
    const value = await untaken(method, type, original, taken);
    taken.add(value);
    replacements.set(key, value);
    return value;
  }

  return {
    async replace(text, spans) {
      const kept = withoutOverlaps(spans);
      for (const { start, end } of kept) taken.add(text.slice(start, end));
      const values = new Map<PiiSpan, string>();
      for (const span of kept) values.set(span, await invent(span.type, text.slice(span.start, span.end)));
      return rewrite(text, kept, (span) => values.get(span) ?? "");
    },
  };
}

async function untaken(
  method: "random" | "fake",
  type: PiiEntity,
  original: string,
  taken: Set<string>,
): Promise<string> {
  let value = original;
  for (let attempt = 0; attempt < MOST_ATTEMPTS && taken.has(value); attempt += 1) {
    value = method === "random" ? lettersAndDigits(original.length) : await fakeValue(type, original, attempt);
  }
  return value;
}

/** `spans` in order and apart from each other. */
function rewrite(text: string, spans: readonly PiiSpan[], replacementOf: (span: PiiSpan) => string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const span of spans) {
    pieces.push(text.slice(from, span.start), replacementOf(span));
    from = span.end;
  }
  return pieces.join("") + text.slice(from);
}

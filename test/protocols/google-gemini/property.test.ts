import fc from "fast-check";
import { expect, it } from "vitest";
import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import { FIXTURES, isLast, readBytes, readText } from "./read.ts";

const texts = FIXTURES.map(({ response }) => response.sse_text ?? JSON.stringify(response.body));
const bodies = FIXTURES.map(({ response }) => response.body).filter((body) => body !== undefined);

const expectEnd = (parts: { type: string }[]) => {
  expect(parts.filter((part) => isLast(part))).toEqual([parts.at(-1)]);
};

it("ends every stream of bytes once", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      expectEnd(readBytes(bytes, size));
    }),
  );
});

it("ends every fixture that was cut, repeated or damaged once", () => {
  const damage = fc.record({
    text: fc.constantFrom(...texts),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.constantFrom("", "\n", "\r", "{", "}", "[", "]", '"', ":", "null", "-1", "data: ", "\n\n{", "\u{1f30a}"),
    size: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(damage, ({ text, from, to, put, size }) => {
      const damaged = text.slice(0, from * text.length) + put + text.slice(to * text.length);
      expectEnd(readText(damaged, size));
      expect(readText(damaged)).toEqual(readText(damaged, size));
    }),
    { numRuns: 300 },
  );
});

/** The same JSON with one of its values replaced. */
function mutate(value: unknown, path: number[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = mutate(copy[key], rest, replacement);
  return copy;
}

it("ends every whole answer once, whatever stands in it", () => {
  const paths = fc.array(fc.nat(20), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom(...bodies), paths, fc.jsonValue(), (body, path, replacement) => {
      expectEnd(googleGemini.response(mutate(body, path, replacement)));
    }),
    { numRuns: 1000 },
  );
});

it("reads every error body", () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
      const failure = googleGemini.failure(status, new Headers(), body, 0);
      expect(failure.message).not.toBe("");
      expect(failure.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

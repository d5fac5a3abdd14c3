import * as z from "zod";

/**
 * Building blocks of the request schemas. Each says in one sentence what it expects, for the message of a 400.
 */

/** What a problem's message says: the expectation, then what came instead. Free text of the client is not quoted. */
export function sentence(expectation: string, input: unknown): string {
  if (input === undefined) return `expected ${expectation}, but it is missing`;
  return `expected ${expectation}, received ${describe(input)}`;
}

/** The same for a closed set of values, where a short wrong word is quoted: it is likely a typing error. */
export function oneOfSentence(values: readonly unknown[], input: unknown): string {
  const [first, ...others] = values.map((value) => JSON.stringify(value));
  const expectation = others.length === 0 ? `${first}` : `one of ${[first, ...others].join(", ")}`;
  if (typeof input !== "string" || input.length > 60) return sentence(expectation, input);
  return `expected ${expectation}, received ${JSON.stringify(input)}`;
}

/** Parameters of a zod schema whose problems all read "expected <expectation>, received <what came>". */
export function expected(expectation: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => sentence(expectation, issue.input) };
}

/** A finite number, both ends included. */
export function numberBetween(minimum: number, maximum: number) {
  return z
    .number(expected(`a number from ${minimum} to ${maximum}`))
    .min(minimum)
    .max(maximum);
}

/** A finite number that is not negative. */
export function positiveOrZero() {
  return z.number(expected("a number of at least 0")).min(0);
}

/** A whole number, both ends included. */
export function integerBetween(minimum: number, maximum: number) {
  return z
    .int(expected(`a whole number from ${minimum} to ${maximum}`))
    .min(minimum)
    .max(maximum);
}

/** A whole number without an upper end other than 2^53. */
export function integerFrom(minimum: number) {
  return z.int(expected(`a whole number of at least ${minimum}`)).min(minimum);
}

/** Text with a greatest length in UTF-16 units. */
export function textUpTo(maximum: number) {
  return z.string(expected(`a string of at most ${maximum} characters`)).max(maximum);
}

/** Strings, in the client's order. */
export function strings() {
  return z.array(z.string(), expected("an array of strings"));
}

/** A JSON object that is handed on as it is. */
export function jsonObject() {
  return z.looseObject({});
}

/** Where an image, video or audio part may come from. */
export function mediaUrl() {
  return z.string(expected("an http(s) URL or a data URL")).regex(/^(?:https?:\/\/|data:)/i);
}

/** Whose output counts as cached prefix from here on, and for how long. */
export const cacheControlSchema = z.looseObject({
  type: z.literal("ephemeral"),
  /** Lifetime; the provider's default is five minutes. */
  ttl: z.enum(["5m", "1h"]).optional(),
});

/** How much a model may think. A value that the model does not know is mapped to the nearest one it knows. */
export const reasoningEffortSchema = z.enum(["max", "xhigh", "high", "medium", "low", "minimal", "none"]);
export type ReasoningEffort = z.infer<typeof reasoningEffortSchema>;

function describe(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return input.length === 0 ? "an empty array" : `an array of ${input.length}`;
  if (typeof input === "object") return "an object";
  if (typeof input === "string") return input === "" ? "an empty string" : "a string";
  return String(input);
}

import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import type { Part } from "../../../src/schema/chunk.ts";
import { Assembler } from "../../../src/stream/assemble.ts";
import type { SseMessage } from "../../../src/stream/sse.ts";

/** One exchange with an upstream of this format. */
export interface Fixture {
  id: string;
  model: string;
  streaming: boolean;
  request: { path: string; body: Record<string, unknown> };
  response: { status: number; body?: unknown; sse_text?: string };
}

const modules = import.meta.glob<Fixture>("../../fixtures/google-gemini/*.json", { eager: true, import: "default" });
export const FIXTURES: Fixture[] = Object.values(modules);

/** The fixture of this name. */
export function fixture(id: string): Fixture {
  const found = FIXTURES.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`there is no fixture ${id}`);
  return found;
}

/** All parts of a stream whose bytes arrive in pieces of this size and whose connection closes cleanly. */
export function readBytes(bytes: Uint8Array, size = bytes.length): Part[] {
  const framing = googleGemini.framing();
  const decoder = googleGemini.decoder();
  const parts: Part[] = [];
  const messages: SseMessage[] = [];
  for (let start = 0; start < bytes.length; start += size) framing.push(bytes.slice(start, start + size), messages);
  framing.end(messages);
  for (const message of messages) decoder.decode(message, parts);
  decoder.end(parts);
  return parts;
}

/** All parts of a stream, which arrives in pieces of this size. */
export function readText(text: string, size?: number): Part[] {
  return readBytes(new TextEncoder().encode(text), size);
}

/** All parts of a fixture's answer. */
export function readFixture({ response }: Fixture, size?: number): Part[] {
  if (response.sse_text !== undefined) return readText(response.sse_text, size);
  return googleGemini.response(response.body);
}

/** The choices that parts add up to. */
export function choicesOf(parts: Part[]): Record<string, unknown>[] {
  const assembler = new Assembler();
  for (const part of parts) assembler.take(part);
  return assembler.choices();
}

/** The message of the first choice. */
export function messageOf(parts: Part[]): Record<string, unknown> {
  return choicesOf(parts)[0]?.message as Record<string, unknown>;
}

/** The pieces of a stream, parsed. */
export function eventsOf(sseText: string): unknown[] {
  return sseText.split(/\r?\n/).flatMap((line) => (line.startsWith("data:") ? [JSON.parse(line.slice(5))] : []));
}

/** A whole answer with these parts of its one candidate. */
export function answer(parts: unknown[], fields: Record<string, unknown> = {}) {
  return { candidates: [{ content: { parts, role: "model" }, finishReason: "STOP", ...fields }], responseId: "lamp" };
}

/** The last value of a usage part. */
export function usageOf(parts: Part[]) {
  return parts.findLast((part) => part.type === "usage")?.usage;
}

/** Why the answer failed. */
export function failureOf(parts: Part[]) {
  const last = parts.at(-1);
  return last?.type === "failure" ? last.failure : undefined;
}

/** Whether nothing may follow this part. */
export function isLast({ type }: { type: string }): boolean {
  return type === "done" || type === "failure";
}

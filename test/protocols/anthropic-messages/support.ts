import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import type { AnswerContext, RequestTarget, UpstreamRequest } from "../../../src/protocols/protocol.ts";
import { type ChatRequest, parseChatRequest } from "../../../src/schema/chat.ts";
import type { Part } from "../../../src/schema/chunk.ts";
import { Assembler } from "../../../src/stream/assemble.ts";
import { isLast, PartSource } from "../../../src/stream/source.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON of the wire
export type Json = Record<string, any>;

/** One of the project's recordings of this format. */
export interface Fixture {
  id: string;
  streaming: boolean;
  request: { body: Json };
  response: { status: number; headers: Record<string, string>; body?: Json; sse_text?: string };
}

const files = import.meta.glob<Fixture>("../../fixtures/anthropic-messages/*.json", { import: "default", eager: true });
export const fixtures: Fixture[] = Object.values(files);

export function fixture(id: string): Fixture {
  const found = fixtures.find((each) => each.id === id);
  if (!found) throw new Error(`no fixture ${id}`);
  return found;
}

/** A chat request as it comes from a client, checked. */
export function chatOf(fields: Json): ChatRequest {
  return parseChatRequest({ model: "acme/heron", messages: [{ role: "user", content: "Hello." }], ...fields });
}

/** What goes to the upstream for a client's request. */
export function written(fields: Json, target: Partial<RequestTarget> = {}): UpstreamRequest & { body: Json } {
  return anthropicMessages.request(chatOf(fields), { model: "heron-1", quirks: {}, stream: false, ...target });
}

/** The parts of a stream that arrives in pieces of `cut` bytes. */
export async function readStream(bytes: Uint8Array, cut = bytes.length, context?: AnswerContext): Promise<Part[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += cut) controller.enqueue(bytes.slice(at, at + cut));
      controller.close();
    },
  });
  const explain = (error: unknown) => ({ kind: "interrupted" as const, message: String(error) });
  const source = new PartSource(
    body,
    { framing: anthropicMessages.framing(), decoder: anthropicMessages.decoder(context) },
    { explain: explain, onParts: () => {} },
  );
  const parts: Part[] = [];
  while (!isLast(parts.at(-1))) parts.push(...(await source.read()));
  return parts;
}

/** Events as the bytes of a stream, and text after them. */
export function bytesOf(events: Json[], tail = ""): Uint8Array {
  const text = events
    .map((event) => `event: ${typeof event.type === "string" ? event.type : "odd"}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
  return new TextEncoder().encode(text + tail);
}

export const readEvents = (events: Json[], context?: AnswerContext) => readStream(bytesOf(events), undefined, context);

/** The parts of a fixture's answer, whichever way it came. */
export async function readFixture({ response }: Fixture, cut?: number): Promise<Part[]> {
  if (response.sse_text === undefined) return anthropicMessages.response(response.body);
  return readStream(new TextEncoder().encode(response.sse_text), cut);
}

/** The one choice that parts make. */
export function choiceOf(parts: Part[]): Json {
  const assembler = new Assembler();
  for (const part of parts) assembler.take(part);
  return assembler.choices()[0] ?? {};
}

export function lastUsage(parts: Part[]): Json | undefined {
  return parts.findLast((part) => part.type === "usage")?.usage;
}

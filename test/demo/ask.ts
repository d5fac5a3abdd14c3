import { demoFetch } from "../../src/demo/demo.ts";
import { type SseMessage, SseScanner } from "../../src/stream/sse.ts";

export const COMPLETIONS = new URL("demo://local/v1/chat/completions");

/** A demo request as the attempt code would send it. */
export function ask(model: string, fields: object = {}, signal = new AbortController().signal): Promise<Response> {
  const body = { model, messages: [{ role: "user", content: "Which way to the orchards?" }], ...fields };
  return demoFetch(COMPLETIONS, { method: "POST", headers: {}, body: JSON.stringify(body), signal });
}

/** What came of a body: the pieces in which it arrived, and how it ended. */
export interface Reading {
  pieces: string[];
  end: "clean" | "broken";
}

/** Reads a body as the router does, with a buffer of its own. */
export async function readAll(response: Response): Promise<Reading> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader({ mode: "byob" });
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let buffer = new ArrayBuffer(65536);
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) return { pieces, end: "clean" };
      pieces.push(decoder.decode(value, { stream: true }));
      buffer = value.buffer as ArrayBuffer;
    }
  } catch {
    return { pieces, end: "broken" };
  }
}

/** The data of the events in a stream. */
export function eventsOf(reading: Reading): string[] {
  const messages: SseMessage[] = [];
  const scanner = new SseScanner();
  scanner.scan(reading.pieces.join(""), messages);
  scanner.end(messages);
  return messages.map((message) => message.data);
}

/** A streamed answer put together again. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into upstream JSON
export function join(events: string[]): any {
  const chunks = events.filter((data) => data !== "[DONE]").map((data) => JSON.parse(data));
  const choices = chunks.flatMap((chunk) => chunk.choices);
  const calls = choices.flatMap((choice) => choice.delta.tool_calls ?? []);
  return {
    content: choices.map((choice) => choice.delta.content ?? "").join(""),
    reasoning: choices.map((choice) => choice.delta.reasoning_content ?? "").join(""),
    call: calls[0] && {
      id: calls[0].id,
      name: calls[0].function.name,
      arguments: calls.map((call) => call.function.arguments).join(""),
    },
    finishReasons: choices.map((choice) => choice.finish_reason).filter((reason) => reason !== null),
    usage: chunks.findLast((chunk) => chunk.usage)?.usage,
    done: events.at(-1) === "[DONE]",
  };
}

/** The same picture of a whole answer. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into upstream JSON
export function pictureOf(completion: any): any {
  const [choice] = completion.choices;
  const call = choice.message.tool_calls?.[0];
  return {
    content: choice.message.content ?? "",
    reasoning: choice.message.reasoning_content ?? "",
    call: call && { id: call.id, name: call.function.name, arguments: call.function.arguments },
    finishReasons: [choice.finish_reason],
    usage: completion.usage,
    done: true,
  };
}

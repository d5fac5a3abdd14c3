/** An event stream as a client reads it, with a parser of its own: what the Worker writes is not read by its own code. */

export interface SseEvent {
  data: string;
  /** `performance.now()` when its last byte had arrived. */
  atMs: number;
}

export interface Transcript {
  events: SseEvent[];
  /** The events before `[DONE]`, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into chunks without a schema
  chunks: any[];
  /** Comment lines, without their colon. */
  comments: string[];
  /** Whether the last event is `[DONE]`, and the only one. */
  isDone: boolean;
  /** Whether the connection ended as HTTP wants it. */
  isClean: boolean;
}

/** Reads a stream to its end, however it ends; `onEvent` sees every event as it arrives. */
export async function readStream(response: Response, onEvent?: (event: SseEvent) => void): Promise<Transcript> {
  const decoder = new TextDecoder();
  const events: SseEvent[] = [];
  const comments: string[] = [];
  let rest = "";
  let isClean = true;
  try {
    for await (const bytes of response.body ?? []) {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const lines of blocks.map((block) => block.split("\n"))) {
        comments.push(...lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1).trim()));
        const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
        if (data.length === 0) continue;
        const event = { data: data.join("\n"), atMs: performance.now() };
        events.push(event);
        onEvent?.(event);
      }
    }
  } catch {
    isClean = false;
  }
  const isDone = events.findIndex(({ data }) => data === "[DONE]") === events.length - 1 && events.length > 0;
  const chunks = events.filter(({ data }) => data !== "[DONE]").map(({ data }) => JSON.parse(data));
  return { events, chunks, comments, isDone, isClean: isClean && rest === "" };
}

/** The text that the chunks say, joined. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function textOf(chunks: any[]): string {
  return chunks.map((chunk) => chunk.choices?.[0]?.delta?.content ?? "").join("");
}

/** The errors inside a stream. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function errorsOf(chunks: any[]): any[] {
  return chunks.flatMap((chunk) => (chunk.error ? [chunk.error] : []));
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A provider that costs almost nothing: every byte it sends is made beforehand. */
export interface Upstream {
  port: number;
  /** Content chunks sent so far, over all streams. */
  chunksSent(): number;
  close(): void;
}

/** What a stream does. It is told in the prompt, which a gateway passes on unchanged. */
export interface StreamShape {
  /** The wire format; without one OpenAI's. */
  format?: StreamFormat;
  chunks: number;
  /** Zero: one write for each turn of the event loop, so that no two chunks are sent as one. */
  gapMs: number;
}

/** The prompt that asks for this stream. */
export function promptFor(shape: StreamShape): string {
  return `chunks=${shape.chunks} gap_ms=${shape.gapMs}`;
}

const PROMPT = /chunks=(\d+) gap_ms=(\d+)/;

const CHUNK_HEAD = {
  id: "chatcmpl-CXm3yTqVbA8eNwPz0Rk5LdJu2HsGf",
  object: "chat.completion.chunk",
  created: 1_790_000_000,
  model: "one",
};
/** The frames of one format: the one that comes again and again, and those around. */
interface Frames {
  opening: Buffer[];
  content: Buffer;
  ending: Buffer[];
}

interface TypedEvent {
  type: string;
  [field: string]: unknown;
}

const TEXT = " and so it went on";

/** What an upstream of each translated format sends. */
const TRANSLATED = {
  "anthropic-messages": typedFrames(
    [
      { type: "message_start", message: { id: "msg_1", model: "one", usage: { input_tokens: 12, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ],
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: TEXT } },
    [
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 500 } },
      { type: "message_stop" },
    ],
  ),
  "openai-responses": typedFrames(
    [{ type: "response.created", response: { id: "resp_1", model: "one" } }],
    { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: TEXT },
    [
      {
        type: "response.completed",
        response: {
          status: "completed",
          output: [],
          usage: { input_tokens: 12, output_tokens: 500, total_tokens: 512 },
        },
      },
    ],
  ),
  "google-gemini": dataFrames(
    { candidates: [{ content: { role: "model", parts: [{ text: TEXT }] }, index: 0 }], modelVersion: "one" },
    {
      candidates: [{ content: { role: "model", parts: [{ text: "" }] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 500, totalTokenCount: 512 },
    },
  ),
} satisfies Record<string, Frames>;

export type StreamFormat = keyof typeof TRANSLATED;
export const STREAM_FORMATS = Object.keys(TRANSLATED) as StreamFormat[];

const OPENAI: Frames = {
  opening: [],
  content: frame({ choices: [{ index: 0, delta: { content: TEXT }, finish_reason: null }] }),
  ending: [
    frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    frame({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 500, total_tokens: 512 } }),
    httpChunk("data: [DONE]\n\n"),
  ],
};

/** Every format has a path of its own. */
function framesFor(path: string): Frames {
  if (path.includes("/messages")) return TRANSLATED["anthropic-messages"];
  if (path.includes("/responses")) return TRANSLATED["openai-responses"];
  return path.includes("streamGenerateContent") ? TRANSLATED["google-gemini"] : OPENAI;
}

const COMPLETION = Buffer.from(
  JSON.stringify({
    ...CHUNK_HEAD,
    object: "chat.completion",
    choices: [
      { index: 0, message: { role: "assistant", content: "All is well here. ".repeat(18) }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 90, total_tokens: 102 },
  }),
);

export async function startUpstream(): Promise<Upstream> {
  let chunksSent = 0;
  const server = createServer(async (request, response) => {
    const shape = PROMPT.exec(await readText(request));
    const frames = framesFor(request.url ?? "");
    if (shape) stream(response, frames, { chunks: Number(shape[1]), gapMs: Number(shape[2]) }, () => chunksSent++);
    else response.writeHead(200, { "content-type": "application/json", "content-length": COMPLETION.length });
    if (!shape) response.end(COMPLETION);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    chunksSent: () => chunksSent,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Writes framed chunks past node:http, which would make three writes of each. */
function stream(
  response: ServerResponse,
  { opening, content, ending }: Frames,
  { chunks, gapMs }: StreamShape,
  onChunk: () => void,
): void {
  const { socket } = response;
  if (!socket) return;
  socket.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  for (const part of opening) socket.write(part);
  let left = chunks;
  const step = () => {
    if (response.destroyed) return;
    if (left-- > 0) {
      socket.write(content);
      onChunk();
      if (gapMs === 0) setImmediate(step);
      return;
    }
    clearInterval(timer);
    for (const part of ending) socket.write(part);
    response.end();
  };
  const timer = gapMs > 0 ? setInterval(step, gapMs) : undefined;
  response.on("close", () => clearInterval(timer));
  step();
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    request.setEncoding("latin1");
    request.on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => resolve(text));
  });
}

function frame(chunk: object): Buffer {
  return httpChunk(`data: ${JSON.stringify({ ...CHUNK_HEAD, ...chunk })}\n\n`);
}

function typedFrames(opening: TypedEvent[], content: TypedEvent, ending: TypedEvent[]): Frames {
  const write = (event: TypedEvent) => httpChunk(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return { opening: opening.map(write), content: write(content), ending: ending.map(write) };
}

function dataFrames(content: object, ending: object): Frames {
  const write = (event: object) => httpChunk(`data: ${JSON.stringify(event)}\n\n`);
  return { opening: [], content: write(content), ending: [write(ending)] };
}

function httpChunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

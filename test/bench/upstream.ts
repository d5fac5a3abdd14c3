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
const CONTENT = frame({ choices: [{ index: 0, delta: { content: " and so it went on" }, finish_reason: null }] });
const FINISH = frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const USAGE = frame({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 500, total_tokens: 512 } });
const DONE = httpChunk("data: [DONE]\n\n");

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
    if (shape) stream(response, { chunks: Number(shape[1]), gapMs: Number(shape[2]) }, () => chunksSent++);
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
function stream(response: ServerResponse, { chunks, gapMs }: StreamShape, onChunk: () => void): void {
  const { socket } = response;
  if (!socket) return;
  socket.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  let left = chunks;
  const step = () => {
    if (response.destroyed) return;
    if (left-- > 0) {
      socket.write(CONTENT);
      onChunk();
      if (gapMs === 0) setImmediate(step);
      return;
    }
    clearInterval(timer);
    socket.write(FINISH);
    socket.write(USAGE);
    socket.write(DONE);
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

function httpChunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

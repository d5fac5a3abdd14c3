import { invalidField, RouterError } from "../errors.ts";

/** Of catalogues, documents and lists of texts. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;
/** Room for a conversation with pictures in it; a Worker's memory is shared by all requests of its isolate. */
export const MAX_CHAT_BYTES = 10 * 1024 * 1024;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The request's JSON. Throws 413 for too large a body, 400 for anything that is not JSON in UTF-8. */
export async function readJsonBody(request: Request): Promise<unknown> {
  return parseJsonBytes(await readBytes(request));
}

/** The JSON of a chat, and the bytes that it was sent as. */
export async function readChatBody(
  request: Request,
): Promise<{ json: unknown; bytes: ArrayBuffer | Uint8Array<ArrayBuffer> }> {
  const bytes = await readBytes(request, MAX_CHAT_BYTES);
  return { json: parseJsonBytes(bytes), bytes };
}

function parseJsonBytes(bytes: ArrayBuffer | Uint8Array): unknown {
  if (bytes.byteLength === 0) throw invalidField("", "Request body is empty; send a JSON object.");
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    throw invalidField("", "Request body is not valid UTF-8.");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidField("", `Request body is not valid JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

/** The request's bytes. Throws 413 for too large a body. */
export async function readBytes(
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > maxBytes) return refuse(request, maxBytes);
    return request.arrayBuffer();
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    const piece: Uint8Array = next.value;
    length += piece.byteLength;
    if (length > maxBytes) {
      reader?.releaseLock();
      return refuse(request, maxBytes);
    }
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}

/** What is read of a body that is refused, so that its sender gets to read the refusal. */
const MAX_DRAIN_BYTES = 4 * MAX_BODY_BYTES;

async function refuse(request: Request, maxBytes: number): Promise<never> {
  let length = 0;
  for await (const piece of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.byteLength;
    if (length > MAX_DRAIN_BYTES) break;
  }
  throw new RouterError("payload_too_large", `Request body is larger than ${maxBytes} bytes.`);
}

import { RouterError } from "../errors.ts";

/** A body as JSON. The client may have nested it deeper than can be written. */
export function toJson(body: Record<string, unknown>): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new RouterError("invalid_request", "The request is nested too deeply.", { cause });
  }
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A body's text; undefined when it is longer than `maxBytes`. */
export async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) return undefined;
  if (announced <= maxBytes || !response.body) return response.text();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

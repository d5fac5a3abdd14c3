import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AwsEvent, framesOf } from "../support/aws-frames.ts";

/** One exchange with a provider, as it was on the wire. */
export interface Recording {
  id: string;
  wire_format: string;
  provider: string;
  model: string;
  /** Its main trait: `text`, `tools`, `error` … */
  kind: string;
  tags: string[];
  streaming: boolean;
  request: {
    method: string;
    path: string;
    /** Null when only the response was recorded. */
    body: Json | null;
  };
  response: {
    status: number;
    headers: Record<string, string>;
    /** The parsed JSON answer. */
    body?: unknown;
    /** The event stream, byte for byte. */
    sse_text?: string;
    /** A binary stream. */
    body_base64?: string;
    /** The events of a binary stream of AWS's, before they are put into frames. */
    aws_events?: AwsEvent[];
  };
}

// biome-ignore lint/suspicious/noExplicitAny: other people's JSON
export type Json = Record<string, any>;

/** Names of wire formats that the catalogue knows under another. */
const API_NAMES: Record<string, string> = { "cohere-v2": "cohere-chat" };

const FIXTURES = join(import.meta.dirname, "../fixtures");

/** The project's own fixtures of a wire format, and those of the folder that `RECORDINGS` names. */
export function recordingsOf(format: string): Recording[] {
  const folders = [join(FIXTURES, format), process.env.RECORDINGS ?? ""].filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith(".json"))
    .map((path): Recording => JSON.parse(readFileSync(path, "utf8")))
    .filter(({ wire_format: name }) => (API_NAMES[name] ?? name) === format);
}

/** The recorded body as the provider sent it. */
export function bytesOf({ response }: Recording): Uint8Array {
  if (response.aws_events) return framesOf(response.aws_events);
  if (response.body_base64 !== undefined) return Buffer.from(response.body_base64, "base64");
  return Buffer.from(response.sse_text ?? JSON.stringify(response.body));
}

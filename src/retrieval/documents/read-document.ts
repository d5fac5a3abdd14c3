import { RouterError } from "../../errors.ts";
import { readCsv } from "./csv.ts";
import { decodeText } from "./decode-text.ts";
import type { ReadDocument } from "./document.ts";
import { readJson, readJsonLines } from "./json.ts";
import { readMarkdown } from "./markdown.ts";

/** A document as it came. */
export interface SentDocument {
  fileName: string;
  /** What the client calls its type; counts where the name has no extension that is known. */
  contentType?: string | undefined;
  bytes: Uint8Array;
}

type Read = (bytes: Uint8Array) => ReadDocument | Promise<ReadDocument>;

const ofText = (read: (text: string) => ReadDocument | Promise<ReadDocument>) => (bytes: Uint8Array) =>
  read(decodeText(bytes));
const plain: Read = ofText((text) => ({ pages: null, sections: [{ page: null, text }] }));

const READERS: Record<string, Read> = {
  txt: plain,
  md: ofText(readMarkdown),
  csv: ofText((text) => readCsv(text, ",")),
  tsv: ofText((text) => readCsv(text, "\t")),
  json: ofText(readJson),
  jsonl: ofText(readJsonLines),
  html: ofText(async (text) => (await import("./html.ts")).readHtml(text)),
  xml: ofText(async (text) => (await import("./html.ts")).readXml(text)),
  pdf: async (bytes) => (await import("./pdf.ts")).readPdf(bytes),
};

/** Other extensions of the same types. */
const EXTENSIONS: Record<string, string> = { text: "txt", markdown: "md", ndjson: "jsonl", htm: "html", xhtml: "html" };

const CONTENT_TYPES: Record<string, string> = {
  "text/plain": "txt",
  "text/markdown": "md",
  "text/x-markdown": "md",
  "text/csv": "csv",
  "text/tab-separated-values": "tsv",
  "application/json": "json",
  "application/jsonl": "jsonl",
  "application/x-ndjson": "jsonl",
  "application/x-jsonlines": "jsonl",
  "text/html": "html",
  "application/xhtml+xml": "html",
  "text/xml": "xml",
  "application/xml": "xml",
  "application/pdf": "pdf",
};

/** Reads a document of any type that is known. Throws 415 for others, 400 for one that is not what it says. */
export async function readDocument({ fileName, contentType, bytes }: SentDocument): Promise<ReadDocument> {
  const read = READERS[typeOf(fileName, contentType) ?? ""];
  if (read) return read(bytes);
  const supported = Object.keys(READERS).join(", ");
  const message = `Documents of this type cannot be read. Supported are ${supported}.`;
  throw new RouterError("unsupported_media_type", message, { metadata: { supported: Object.keys(READERS) } });
}

/** A name whose extension is of another type is not what its content type says: browsers guess that. */
function typeOf(fileName: string, contentType: string | undefined): string | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase();
  if (extension !== undefined) {
    const type = EXTENSIONS[extension] ?? extension;
    if (Object.hasOwn(READERS, type)) return type;
    if (/[a-z]/.test(extension) && extension.length <= 5) return undefined;
  }
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  return Object.hasOwn(CONTENT_TYPES, type) ? CONTENT_TYPES[type] : undefined;
}

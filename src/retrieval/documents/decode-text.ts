import { invalidField } from "../../errors.ts";

/**
 * The text of a file: UTF-8, UTF-16 with a byte-order mark, and whatever else is no UTF-8 as Windows-1252, which every
 * byte is a character of. Lines end with `\n`. Throws a 400 for a file that is no text.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  if (text.includes("\u0000")) throw invalidField("file", "the file is no text");
  return text.replace(/\r\n?/g, "\n");
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

import { invalidField } from "../../errors.ts";
import type { ReadDocument } from "./document.ts";

/** The text of a PDF, page by page. Throws a 400 for a file that cannot be read or wants a password. */
export async function readPdf(bytes: Uint8Array): Promise<ReadDocument> {
  const { extractText, getDocumentProxy } = await import("unpdf");
  try {
    // The library takes the bytes away from their owner.
    const { text } = await extractText(await getDocumentProxy(bytes.slice()), { mergePages: false });
    const sections = text.map((page, index) => ({ page: index + 1, text: unbroken(page) }));
    return { pages: text.length, sections };
  } catch (error) {
    const isLocked = error instanceof Error && error.name === "PasswordException";
    throw invalidField("file", isLocked ? "the PDF is protected by a password" : "the file cannot be read as a PDF");
  }
}

/** Words that were broken at the end of a line in one piece. */
function unbroken(text: string): string {
  return text.replace(/(?<=\p{Ll})-\n(?=\p{Ll})/gu, "");
}

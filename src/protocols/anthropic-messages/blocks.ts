/** A content block of the vendor's format: text, image, document, tool_use, tool_result, thinking … */
export interface Block {
  type: string;
  [field: string]: unknown;
}

/** One message of the vendor's format. Roles alternate; `system` stands only where the vendor takes it. */
export interface Turn {
  role: "user" | "assistant" | "system";
  content: Block[];
}

/** A text block; undefined for text without anything to see, which the vendor refuses. */
export function textBlock(text: string): Block | undefined {
  return text.trim() === "" ? undefined : { type: "text", text };
}

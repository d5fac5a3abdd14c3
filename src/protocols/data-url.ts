/** What a data URL holds. */
export interface DataUrl {
  /** In lower case, without parameters; `text/plain` when the URL names none (RFC 2397). */
  mediaType: string;
  /** The content as base64, as it stood there or encoded here. */
  base64: string;
}

/** Reads a `data:` URL; undefined for any other text. Does not check that the base64 is valid. */
export function readDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(",");
  if (comma === -1) return undefined;
  const [mediaType, ...parameters] = url.slice("data:".length, comma).split(";");
  const content = url.slice(comma + 1);
  const isBase64 = parameters.some((parameter) => parameter.trim().toLowerCase() === "base64");
  return {
    mediaType: mediaType?.trim().toLowerCase() || "text/plain",
    base64: isBase64 ? content : toBase64(percentDecoded(content)),
  };
}

/** Base64 as UTF-8 text; undefined when it is not valid base64. */
export function readBase64Text(base64: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

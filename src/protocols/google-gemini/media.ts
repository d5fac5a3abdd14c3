import { invalidField } from "../../errors.ts";
import type { ContentPart } from "../../schema/chat.ts";
import { readDataUrl } from "../data-url.ts";
import type { Json } from "../json.ts";

/** Audio formats of the contract in the vendor's words; raw samples are little-endian. */
const AUDIO_TYPES: Record<string, string> = {
  wav: "audio/wav",
  mp3: "audio/mp3",
  aiff: "audio/aiff",
  aac: "audio/aac",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/m4a",
  pcm16: "audio/pcm",
  pcm24: "audio/l24",
};

/** Media types by the ending of a file's name, for addresses: the vendor wants to know before it looks. */
const TYPES_BY_ENDING: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  htm: "text/html",
  xml: "text/xml",
  json: "application/json",
  mp4: "video/mp4",
  mpeg: "video/mpeg",
  mpg: "video/mpeg",
  mov: "video/quicktime",
  webm: "video/webm",
  avi: "video/x-msvideo",
  wmv: "video/x-ms-wmv",
  flv: "video/x-flv",
  "3gp": "video/3gpp",
  mp3: "audio/mp3",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  aac: "audio/aac",
  aiff: "audio/aiff",
  m4a: "audio/m4a",
};

const YOUTUBE = /^https?:\/\/(www\.|m\.)?(youtube\.com|youtu\.be)\//i;

/** Where the vendor keeps uploaded files; their URIs are the same at every base URL. */
const FILES_URI = "https://generativelanguage.googleapis.com/v1beta/";

/**
 * A part of a message: text, data inline, or an address with its media type, guessed by the name's ending.
 * Undefined for text without a character. An image's `detail`, a video's `processing` and a file's name have no
 * counterpart. Throws `RouterError` for a file that holds nothing.
 */
export function toPart(part: ContentPart): Json | undefined {
  switch (part.type) {
    case "text":
      return part.text === "" ? undefined : { text: part.text };
    case "image_url":
      return toMedia(part.image_url.url, "image/jpeg");
    case "video_url":
    case "input_video":
      return toMedia(part.video_url.url, "video/mp4");
    case "input_audio":
      return inline(AUDIO_TYPES[part.input_audio.format] ?? "audio/wav", part.input_audio.data);
    case "file":
      return toFile(part.file);
  }
}

/** A data URL or an address as a part; `otherwise` is the media type of an address that names none. */
export function toMedia(url: string, otherwise: string): Json {
  const data = readDataUrl(url);
  if (data) return inline(data.mediaType, data.base64);
  const mimeType = YOUTUBE.test(url) ? "video/mp4" : (typeByEnding(url) ?? otherwise);
  return { fileData: { fileUri: url, mimeType } };
}

function toFile({ filename, file_data: data, file_id: id }: (ContentPart & { type: "file" })["file"]): Json {
  const named = filename === undefined ? undefined : typeByEnding(filename);
  if (data !== undefined && data !== "") {
    if (/^(data|https?|gs):/i.test(data)) return toMedia(data, named ?? "application/pdf");
    // Some clients send a file's base64 bare.
    return inline(named ?? "application/pdf", data);
  }
  if (!id) throw invalidField("messages", "a file part needs file_data or file_id");
  const fileUri = /^[a-z]+:/i.test(id) ? id : FILES_URI + (id.startsWith("files/") ? id : `files/${id}`);
  return { fileData: named === undefined ? { fileUri } : { fileUri, mimeType: named } };
}

function inline(mimeType: string, data: string): Json {
  return { inlineData: { mimeType: mimeType === "image/jpg" ? "image/jpeg" : mimeType, data } };
}

function typeByEnding(name: string): string | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(name.replace(/[?#].*$/s, ""))?.[1];
  const key = ending?.toLowerCase();
  return key !== undefined && Object.hasOwn(TYPES_BY_ENDING, key) ? TYPES_BY_ENDING[key] : undefined;
}

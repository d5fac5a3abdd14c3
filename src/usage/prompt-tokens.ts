import { isRecord } from "../schema/accepts.ts";
import type { ChatMessage, ChatRequest, ContentPart } from "../schema/chat.ts";
import { glancedTokens, TOKEN_ESTIMATE_ERROR } from "./count-tokens.ts";

/** Estimated tokens of a prompt, by what they come from. */
export interface PromptTokens {
  /** Texts, tool calls and reasoning of the messages, with what marks one message off from the next. */
  text: number;
  /** Definitions of tools, and the schema of the answer. */
  tools: number;
  /** Images, sounds, videos and files. */
  media: number;
  total: number;
  /** The fewest that the prompt may well have: the estimate less its error, and without media. */
  least: number;
}

/** Role, name and limits of a message. */
const TOKENS_PER_MESSAGE = 4;
/** Of JSON without spaces, in English. */
const CHARS_PER_JSON_TOKEN = 4;

/**
 * What media count for. A size in pixels or seconds would take decoding them, so these are middle values of what
 * vendors charge: an image of a million pixels; 32 tokens for a second of sound or 300 for one of video at a usual
 * bit rate, told from the base64; a page of a document for each 100 kB. By URL or id nothing is known.
 */
const IMAGE_TOKENS = 800;
const STREAM_CHARS_PER_TOKEN = 1_000;
const FILE_CHARS_PER_TOKEN = 60;
const TEXT_FILE_CHARS_PER_TOKEN = 5;
const LEAST_MEDIA_TOKENS = 100;
const UNSEEN_MEDIA_TOKENS = 1_500;

/**
 * Estimates the tokens of a request's prompt, without reading the longest texts to their end. `count` judges one
 * text; the usual one takes a fraction of a microsecond and is meant for every request, `textTokens` is better for
 * short prompts.
 */
export function promptTokens(chat: ChatRequest, count: (text: string) => number = glancedTokens): PromptTokens {
  let text = 0;
  let media = 0;
  for (const message of chat.messages) {
    text += messageTokens(message, count);
    media += messageMedia(message);
  }
  const tools = toolTokens(chat);
  const least = Math.floor((text + tools) / (1 + TOKEN_ESTIMATE_ERROR));
  return { text, tools, media, total: text + tools + media, least };
}

/** The text share of one message. */
export function messageTokens(message: ChatMessage, count: (text: string) => number = glancedTokens): number {
  let tokens = TOKENS_PER_MESSAGE;
  const { content } = message;
  if (typeof content === "string") tokens += count(content);
  else if (content != null) for (const part of content) if (part.type === "text") tokens += count(part.text);
  if (message.role !== "assistant") return tokens;
  for (const call of message.tool_calls ?? []) {
    tokens += TOKENS_PER_MESSAGE + count(call.function.name) + count(call.function.arguments);
  }
  if (message.refusal) tokens += count(message.refusal);
  return tokens + reasoningTokens(message, count);
}

/** The share of images, sounds and files of one message. */
export function messageMedia(message: ChatMessage): number {
  let tokens = 0;
  if (Array.isArray(message.content)) for (const part of message.content) tokens += partMedia(part);
  if (message.role === "assistant" && message.images) tokens += message.images.length * IMAGE_TOKENS;
  return tokens;
}

/** Of one text where the same stands in two fields. */
function reasoningTokens(message: ChatMessage & { role: "assistant" }, count: (text: string) => number): number {
  const reasoning = message.reasoning ?? message.reasoning_content;
  if (reasoning != null) return count(reasoning);
  let tokens = 0;
  for (const { text, summary } of message.reasoning_details ?? []) tokens += count(text ?? summary ?? "");
  return tokens;
}

function partMedia(part: ContentPart): number {
  switch (part.type) {
    case "text":
      return 0;
    case "image_url":
      return IMAGE_TOKENS;
    case "input_audio":
      return dataTokens(part.input_audio.data.length, STREAM_CHARS_PER_TOKEN);
    case "file": {
      const data = part.file.file_data;
      if (!data?.startsWith("data:")) return UNSEEN_MEDIA_TOKENS;
      return dataTokens(data.length, data.startsWith("data:text/") ? TEXT_FILE_CHARS_PER_TOKEN : FILE_CHARS_PER_TOKEN);
    }
    default: {
      const { url } = part.video_url;
      return url.startsWith("data:") ? dataTokens(url.length, STREAM_CHARS_PER_TOKEN) : UNSEEN_MEDIA_TOKENS;
    }
  }
}

function dataTokens(chars: number, charsPerToken: number): number {
  return Math.max(LEAST_MEDIA_TOKENS, Math.ceil(chars / charsPerToken));
}

/** The share of tools and of the answer's schema. */
export function toolTokens({ tools, response_format: format }: ChatRequest): number {
  const schema = format?.type === "json_schema" ? format.json_schema.schema : undefined;
  if (!tools?.length && !schema) return 0;
  return Math.ceil((jsonChars(tools ?? []) + jsonChars(schema ?? {})) / CHARS_PER_JSON_TOKEN);
}

/** About as many characters as the value has as JSON, without making it. */
function jsonChars(value: unknown): number {
  if (typeof value === "string") return value.length + 3;
  if (Array.isArray(value)) return value.reduce<number>((chars, item) => chars + jsonChars(item), 2);
  if (!isRecord(value)) return 5;
  let chars = 2;
  for (const key in value) chars += key.length + 3 + jsonChars(value[key]);
  return chars;
}

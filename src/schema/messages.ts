import * as z from "zod";
import { cacheControlSchema, expected, jsonObject, mediaUrl, reasoningEffortSchema } from "./fields.ts";

/** The messages of a conversation, as clients send them. */

const textPartSchema = z.looseObject({
  type: z.literal("text"),
  text: z.string(),
  /** Everything up to this part may be cached by the provider. */
  cache_control: cacheControlSchema.optional(),
  prompt_cache_breakpoint: z.looseObject({ mode: z.literal("explicit") }).nullish(),
});

const imagePartSchema = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({
    /** Where the image is, or the image itself: png, jpeg, webp or gif. */
    url: mediaUrl(),
    detail: z.enum(["auto", "low", "high", "original"]).optional(),
  }),
});

const audioPartSchema = z.looseObject({
  type: z.literal("input_audio"),
  input_audio: z.looseObject({
    /** Base64. */
    data: z.string(expected("base64 data, not a URL")).regex(/^(?!https?:)/i),
    format: z.enum(["wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24"]),
  }),
});

const filePartSchema = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({
    filename: z.string().optional(),
    /** A URL or a data URL. */
    file_data: z.string().optional(),
    /** Of a file uploaded before. */
    file_id: z.string().optional(),
  }),
});

const videoPartSchema = z.looseObject({
  /** `input_video` is the older name. */
  type: z.enum(["video_url", "input_video"]),
  video_url: z.looseObject({
    /** Where the video is, or the video itself: mp4, mpeg, mov or webm. */
    url: mediaUrl(),
    processing: z.enum(["agentic", "static"]).optional(),
  }),
});

export const contentPartSchema = z.discriminatedUnion("type", [
  textPartSchema,
  imagePartSchema,
  audioPartSchema,
  filePartSchema,
  videoPartSchema,
]);
export type ContentPart = z.infer<typeof contentPartSchema>;

const contentSchema = z.union(
  [z.string(), z.array(contentPartSchema)],
  expected("a string or an array of content parts"),
);
const textContentSchema = z.union(
  [z.string(), z.array(textPartSchema)],
  expected("a string or an array of text parts"),
);

const instructionFields = {
  content: textContentSchema,
  name: z.string().optional(),
  /** Changes how much the model may think from here on; `content` may then be empty. */
  configuration_update: z.looseObject({ reasoning: z.looseObject({ effort: reasoningEffortSchema }) }).nullish(),
};

const systemMessageSchema = z.looseObject({ role: z.literal("system"), ...instructionFields });

/** As `system`, in the newer word of OpenAI's reasoning models. */
const developerMessageSchema = z.looseObject({ role: z.literal("developer"), ...instructionFields });

const userMessageSchema = z.looseObject({
  role: z.literal("user"),
  content: contentSchema,
  name: z.string().optional(),
});

const toolCallSchema = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string(),
    /** JSON as text, as the model wrote it: it need not parse. */
    arguments: z.string(expected("a string of JSON")),
  }),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

/** A piece of reasoning in its provider's own form, returned as it was received. */
const reasoningDetailSchema = z.looseObject({
  type: z.enum(["reasoning.text", "reasoning.summary", "reasoning.encrypted", "reasoning.server_tool_call"]),
  text: z.string().nullish(),
  signature: z.string().nullish(),
  summary: z.string().optional(),
  data: z.string().optional(),
  id: z.string().nullish(),
  format: z.string().nullish(),
  index: z.int(expected("a whole number")).optional(),
});

/**
 * An earlier answer. Clients send back the message that they received, often with its absent fields as nulls, so
 * null counts as absent here.
 */
const assistantMessageSchema = z.looseObject({
  role: z.literal("assistant"),
  content: contentSchema.nullish(),
  tool_calls: z.array(toolCallSchema).nullish(),
  refusal: z.string().nullish(),
  reasoning: z.string().nullish(),
  /** The same as `reasoning` in other vendors' word. */
  reasoning_content: z.string().nullish(),
  reasoning_details: z.array(reasoningDetailSchema).nullish(),
  audio: z
    .looseObject({
      id: z.string().nullish(),
      /** Base64. */
      data: z.string().nullish(),
      transcript: z.string().nullish(),
      /** Unix seconds. */
      expires_at: z.int(expected("a whole number")).nullish(),
    })
    .nullish(),
  images: z.array(z.looseObject({ image_url: z.looseObject({ url: z.string() }) })).nullish(),
  /** `file` annotations of an earlier answer spare parsing the document again. */
  annotations: z.array(jsonObject()).nullish(),
  name: z.string().nullish(),
  /** Which model wrote this turn. */
  model: z.string().nullish(),
  cache_control: cacheControlSchema.nullish(),
});

const toolMessageSchema = z.looseObject({
  role: z.literal("tool"),
  /** The id of the call that this answers. */
  tool_call_id: z.string(),
  content: contentSchema,
  name: z.string().optional(),
  cache_control: cacheControlSchema.optional(),
});

/** One message of a conversation; a trailing `assistant` message is one to continue. */
export const chatMessageSchema = z.discriminatedUnion("role", [
  systemMessageSchema,
  developerMessageSchema,
  userMessageSchema,
  assistantMessageSchema,
  toolMessageSchema,
]);
export type ChatMessage = z.infer<typeof chatMessageSchema>;

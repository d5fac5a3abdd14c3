import type { ChatRequest, ResponseFormat } from "../../schema/chat.ts";
import { asString, type Json } from "../json.ts";
import type { RequestTarget } from "../protocol.ts";
import type { ModelTraits } from "./model-traits.ts";
import { outputCap, toThinkingConfig, unsaidReasoning } from "./thinking.ts";

/** Sampling parameters that only have another name. */
const RENAMED = {
  temperature: "temperature",
  top_p: "topP",
  frequency_penalty: "frequencyPenalty",
  presence_penalty: "presencePenalty",
} as const;

/** Keys of `image_config` in the vendor's spelling. */
const IMAGE_KEYS: Record<string, string> = {
  aspect_ratio: "aspectRatio",
  image_size: "imageSize",
  person_generation: "personGeneration",
};

/** Seeds are 32-bit integers here. */
const SEED_RANGE = 2 ** 31;
/** The vendor's speech is raw: 24 kHz, 16 bits a sample, little-endian. */
const AUDIO_FORMAT = "pcm16";

/** `generationConfig`, what has to be asked for in words, and what could not be said. */
export interface WrittenConfig {
  config: Json;
  /** To be added to the system instruction. */
  instruction: string | undefined;
  dropped: string[];
}

/** Everything that a request says about how to generate. `hasTools`: the request offers tools. */
export function toGenerationConfig(
  chat: ChatRequest,
  target: RequestTarget,
  { traits, hasTools }: { traits: ModelTraits; hasTools: boolean },
): WrittenConfig {
  const config: Json = {};
  const dropped = unsaidReasoning(chat, target);
  setSampling(config, chat);
  setCandidates(config, chat, { traits, dropped });
  setModalities(config, chat, dropped);
  const thinkingConfig = toThinkingConfig(chat, target, traits);
  if (thinkingConfig) config.thinkingConfig = thinkingConfig;
  const instruction = setFormat(config, chat.response_format, { isNative: traits.isGemini3 || !hasTools, dropped });
  return { config, instruction, dropped };
}

function setSampling(config: Json, chat: ChatRequest): void {
  for (const [ours, theirs] of Object.entries(RENAMED)) if (chat[ours] != null) config[theirs] = chat[ours];
  // 0 turns the limit off, which is the vendor's default.
  if (chat.top_k) config.topK = chat.top_k;
  if (chat.seed != null) config.seed = chat.seed % SEED_RANGE;
  const stop = (typeof chat.stop === "string" ? [chat.stop] : (chat.stop ?? [])).filter((text) => text !== "");
  if (stop.length > 0) config.stopSequences = stop;
  const cap = outputCap(chat);
  if (cap !== undefined) config.maxOutputTokens = cap;
  if (chat.logprobs || chat.top_logprobs) config.responseLogprobs = true;
  if (chat.top_logprobs) config.logprobs = chat.top_logprobs;
}

function setCandidates(config: Json, { n }: ChatRequest, options: { traits: ModelTraits; dropped: string[] }): void {
  if (n == null || n === 1) return;
  if (options.traits.isGemini3) options.dropped.push("n");
  else config.candidateCount = n;
}

function setModalities(config: Json, chat: ChatRequest, dropped: string[]): void {
  if (chat.modalities?.length) config.responseModalities = chat.modalities.map((modality) => modality.toUpperCase());
  const voiceName = chat.audio?.voice;
  if (voiceName) config.speechConfig = { voiceConfig: { prebuiltVoiceConfig: { voiceName } } };
  if (chat.audio?.format && chat.audio.format !== AUDIO_FORMAT) dropped.push("audio.format");
  const imageConfig: Json = {};
  for (const [key, value] of Object.entries(chat.image_config ?? {})) {
    const name = Object.hasOwn(IMAGE_KEYS, key) ? IMAGE_KEYS[key] : undefined;
    if (name === undefined) dropped.push(`image_config.${key}`);
    else imageConfig[name] = value;
  }
  for (const _ in imageConfig) {
    config.imageConfig = imageConfig;
    break;
  }
}

/**
 * JSON output is the vendor's own, with the client's JSON Schema as it is (`responseJsonSchema`). Models before
 * Gemini 3 refuse it beside tools; there it is asked for in words, which are given back.
 */
function setFormat(
  config: Json,
  format: ResponseFormat | null | undefined,
  { isNative, dropped }: { isNative: boolean; dropped: string[] },
): string | undefined {
  if (!format || format.type === "text") return undefined;
  if (format.type !== "json_object" && format.type !== "json_schema") {
    dropped.push("response_format");
    return undefined;
  }
  const schema = format.type === "json_schema" ? schemaOf(format) : undefined;
  if (isNative) {
    config.responseMimeType = "application/json";
    if (schema) config.responseJsonSchema = schema;
    return undefined;
  }
  const rule = "When you answer, give nothing but JSON, without Markdown around it.";
  return schema ? `${rule} It must match this JSON Schema:\n${JSON.stringify(schema)}` : rule;
}

/** The schema, with the description that the client gave beside it. */
function schemaOf({ json_schema: { schema, description } }: ResponseFormat & { type: "json_schema" }) {
  if (!schema || !description || asString(schema.description)) return schema;
  return { description, ...schema };
}

import * as z from "zod";
import { invalidField, RouterError } from "../errors.ts";
import { isRecord } from "./accepts.ts";
import { type ChatMessage, chatRequestSchema, checkStops, parseChatRequest } from "./chat.ts";
import { integerBetween, integerFrom } from "./fields.ts";
import { findProblem } from "./problem.ts";

/** A preset: a piece of a chat request that the team keeps under a name, with every version of it. */

/** Names a preset in a request, in a URL and in the store. */
const SLUG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const SLUG_RULE = '1 to 100 letters, digits, ".", "_" or "-"';

/** How requests begin the slug of a preset where a model's id may stand. */
export const PRESET_PREFIX = "@preset/";

export function isPresetSlug(slug: string): boolean {
  return SLUG.test(slug);
}

const cacheSettings = {
  /** Whether answers may come from the response cache; `false` is final. */
  cache_enabled: z.boolean().nullish(),
  /** How long they may; 1 second to a day. */
  cache_ttl_seconds: integerBetween(1, 86_400).nullish(),
};

/** What a preset gives to a request, in the request's own words. Fields that we do not know are kept. */
export const presetConfigSchema = chatRequestSchema.extend(cacheSettings);
export type PresetConfig = z.infer<typeof presetConfigSchema>;

export const presetVersionSchema = z.object({
  id: z.string(),
  /** Counted from 1, never used twice. */
  version: z.int(),
  systemPrompt: z.string().nullable(),
  config: presetConfigSchema,
  createdAtMs: z.number(),
});
export type PresetVersion = z.infer<typeof presetVersionSchema>;

/** A preset as it is stored. */
export const storedPresetSchema = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    /** The version in force: the newest one, unless an older one was put back. */
    version: z.int(),
    /** Oldest first, the one in force among them. */
    versions: z.array(presetVersionSchema),
    createdAtMs: z.number(),
    updatedAtMs: z.number(),
  })
  .refine(({ version, versions }) => versions.some((each) => each.version === version), "no version is in force");
export type StoredPreset = z.infer<typeof storedPresetSchema>;

/** A preset as a request meets it: the version in force. */
export interface Preset {
  slug: string;
  version: number;
  systemPrompt: string | null;
  config: PresetConfig;
}

/** A version that is yet to be stored. */
export interface PresetDraft {
  systemPrompt: string | null;
  config: PresetConfig;
  /** The version that the writer has seen; 0: there was none. Absent: whichever is there. */
  expectedVersion: number | undefined;
}

/** What belongs to one call, and not to the next one with the same preset. */
const TRANSIENT_FIELDS = new Set(
  [
    ["messages", "prompt", "stream", "stream_options", "usage", "debug"],
    ["user", "session_id", "metadata", "trace"],
    ["system_prompt", "version"],
  ].flat(),
);

/** Fields of the body that are none of a chat request. */
const ownFieldsSchema = z.looseObject({
  ...cacheSettings,
  /** Wins over the system messages of a conversation. */
  system_prompt: z.string().nullish(),
  /** See `PresetDraft.expectedVersion`. */
  version: integerFrom(0).nullish(),
});

/** A preset has no conversation, and a request must have one. */
const NO_CONVERSATION: ChatMessage[] = [{ role: "user", content: "" }];

/** Keeps a preset small enough to be read beside a request. */
const MAX_CHARS = 256 * 1024;
/** As many as any dialect takes; most take fewer. */
const MAX_STOPS = 16;

/**
 * The version of a preset that a chat request makes. The body passes the checks of a chat request, save that it needs
 * no conversation; of one that is there, the system and developer messages become the system prompt.
 * Throws a 400 that names the field, 413 for what is too large.
 */
export function parsePresetBody(body: unknown): PresetDraft {
  if (!isRecord(body)) throw invalidField("", "Request body must be a JSON object");
  const given = Array.isArray(body.messages) && body.messages.length === 0 ? null : body.messages;
  const { messages } = parseChatRequest({ ...body, messages: given ?? NO_CONVERSATION });
  checkStops(body.stop, MAX_STOPS);
  const problem = findProblem(ownFieldsSchema, body, "");
  if (problem) throw invalidField(problem.path, problem.message);
  const own = ownFieldsSchema.parse(body);
  refuseNesting(body);
  const kept = Object.entries(body).filter(([name, value]) => value !== null && !TRANSIENT_FIELDS.has(name));
  const config: PresetConfig = Object.fromEntries(kept);
  const systemPrompt = (own.system_prompt ?? systemPromptOf(messages)) || null;
  if (JSON.stringify({ systemPrompt, config }).length > MAX_CHARS)
    throw new RouterError("payload_too_large", `A preset may have at most ${MAX_CHARS} characters as JSON.`);
  return { systemPrompt, config, expectedVersion: own.version ?? undefined };
}

/** A preset that rests on another one would change without a version of its own. */
function refuseNesting({ model, models, preset }: Record<string, unknown>): void {
  const problem = "a preset cannot rest on another preset";
  if (preset != null) throw invalidField("preset", problem);
  if (namesPreset(model)) throw invalidField("model", problem);
  const position = Array.isArray(models) ? models.findIndex(namesPreset) : -1;
  if (position !== -1) throw invalidField(`models.${position}`, problem);
}

/** Whether a model's name has a preset in it. */
export function namesPreset(name: unknown): boolean {
  return typeof name === "string" && name.includes(PRESET_PREFIX);
}

/** Texts of several messages stand apart by an empty line. */
function systemPromptOf(messages: ChatMessage[]): string {
  return messages
    .filter(isInstruction)
    .map(({ content }) => textOf(content))
    .join("\n\n");
}

/** Whether a message tells the model what it is to be; one that only changes a setting on the way does not. */
export function isInstruction(message: ChatMessage): boolean {
  return (message.role === "system" || message.role === "developer") && textOf(message.content) !== "";
}

function textOf(content: ChatMessage["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
}

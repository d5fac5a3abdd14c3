import { invalidField } from "../errors.ts";
import { isRecord } from "../schema/accepts.ts";
import type { ChatRequest, Tool } from "../schema/chat.ts";
import {
  isInstruction,
  isPresetSlug,
  namesPreset,
  PRESET_PREFIX,
  type Preset,
  type PresetConfig,
  SLUG_RULE,
} from "../schema/preset.ts";

/**
 * Presets in requests. One is named by `model: "@preset/slug"`, by `model: "author/model@preset/slug"` or by
 * `preset: "slug"`; routing variants may follow the slug in `model` (`@preset/slug:nitro`) and count for the model.
 */

/** The slug of the preset that a request names. Throws a 400 for one that cannot be, and for two different ones. */
export function presetNamed({ model, models, preset }: ChatRequest): string | undefined {
  const position = models?.findIndex(namesPreset) ?? -1;
  if (position !== -1)
    throw invalidField(`models.${position}`, "a preset cannot be a fallback; name it in model or preset");
  const byModel = splitModel(model)?.slug;
  if (preset == null) return byModel;
  if (!isPresetSlug(preset)) throw invalidField("preset", `expected the slug of a preset: ${SLUG_RULE}`);
  if (byModel !== undefined && byModel !== preset)
    throw invalidField("preset", "names another preset than model: give one of them, or the same in both");
  return preset;
}

/**
 * The request with what the preset adds to it. The request wins, field by field, and within an object field key by
 * key, one level deep; a null counts as absent. Arrays are replaced, and so are objects with a `type`, which are one
 * value; only `tools` are united. `model` and `models` are two fields: who names one keeps the preset's other one.
 *
 * The preset's system prompt comes first in a conversation that has no system or developer message of its own, and
 * gives way to one that has.
 *
 * Neither the request nor the preset is changed. Throws a 400 for a variant without a model.
 */
export function applyPreset(chat: ChatRequest, preset: Preset): ChatRequest {
  const { cache_enabled: _, cache_ttl_seconds: __, ...given } = preset.config;
  const named = splitModel(chat.model);
  const model = named ? named.base && named.base + named.variants : chat.model;
  const merged = merge(withVariants(given, named), { ...chat, model: model || null, preset: null });
  return { ...merged, messages: withSystemPrompt(chat.messages, preset.systemPrompt) };
}

interface NamedModel {
  /** The request's own model; empty when it leaves the choice to the preset. */
  base: string;
  slug: string;
  /** Begins with a colon, or is empty. */
  variants: string;
}

/** The parts of a model's name with a preset in it. */
function splitModel(model: string | null | undefined): NamedModel | undefined {
  if (model == null || !namesPreset(model)) return undefined;
  const at = model.indexOf(PRESET_PREFIX);
  const [slug = "", ...variants] = model.slice(at + PRESET_PREFIX.length).split(":");
  if (!isPresetSlug(slug)) throw invalidField("model", `expected ${PRESET_PREFIX} and a slug of ${SLUG_RULE}`);
  return { base: model.slice(0, at), slug, variants: variants.map((variant) => `:${variant}`).join("") };
}

/** Variants behind a bare preset count for what it stands for: its model, or all its models when it has no first one. */
function withVariants(given: PresetConfig, named: NamedModel | undefined): PresetConfig {
  const { base, slug, variants } = named ?? { base: "", slug: "", variants: "" };
  if (base !== "" || variants === "") return given;
  if (given.model) return { ...given, model: given.model + variants };
  if (given.models?.length) return { ...given, models: given.models.map((model) => model + variants) };
  throw invalidField("model", `the preset "${slug}" has no model that ${variants} could count for`);
}

type Fields = Record<string, unknown>;

function merge(given: PresetConfig, asked: PresetConfig): Fields {
  const merged = withoutSilenced(given, asked);
  for (const [name, value] of Object.entries(asked)) {
    if (value == null) continue;
    const ours = merged[name];
    merged[name] = isOpenObject(ours) && isOpenObject(value) ? { ...ours, ...present(value) } : value;
  }
  const tools = uniteTools(given.tools ?? [], asked.tools ?? []);
  return tools.length === 0 ? merged : { ...merged, tools };
}

function isOpenObject(value: unknown): value is Fields {
  return isRecord(value) && !("type" in value);
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/**
 * Fields that say one thing in several words. What the request says in one of them silences the preset in the
 * others, which would otherwise contradict it.
 */
const SILENCERS: { holds(asked: PresetConfig, given: PresetConfig): boolean; silences: string[] }[] = [
  {
    holds: ({ max_tokens, max_completion_tokens }) => (max_tokens ?? max_completion_tokens) != null,
    silences: ["max_tokens", "max_completion_tokens"],
  },
  {
    holds: ({ reasoning_effort, reasoning }) =>
      (reasoning_effort ?? reasoning?.effort ?? reasoning?.max_tokens) != null || reasoning?.enabled === false,
    silences: ["reasoning_effort", "reasoning.effort", "reasoning.max_tokens", "reasoning.enabled"],
  },
  { holds: ({ include_reasoning }) => include_reasoning != null, silences: ["reasoning.exclude"] },
  { holds: ({ reasoning }) => reasoning?.exclude != null, silences: ["include_reasoning"] },
  { holds: ({ logprobs }) => logprobs === false, silences: ["top_logprobs"] },
  { holds: ({ top_logprobs }, { logprobs }) => top_logprobs != null && logprobs === false, silences: ["logprobs"] },
];

/** A copy of the preset's fields, without those that the request silences. */
function withoutSilenced(given: PresetConfig, asked: PresetConfig): Fields {
  const paths = SILENCERS.filter(({ holds }) => holds(asked, given)).flatMap(({ silences }) => silences);
  const left: Fields = { ...given };
  for (const path of paths) {
    const [name = "", inner] = path.split(".");
    if (inner === undefined) delete left[name];
    else if (isRecord(left[name])) {
      const { [inner]: _, ...others } = left[name];
      left[name] = others;
    }
  }
  return left;
}

/** The preset's tools in their places, each replaced by the request's one of the same identity; then the others. */
function uniteTools(given: Tool[], asked: Tool[]): Tool[] {
  const wanted = new Map(asked.map((tool) => [identityOf(tool), tool]));
  const places = given.map((tool) => wanted.get(identityOf(tool)) ?? tool);
  return [...places, ...asked.filter((tool) => !places.includes(tool))];
}

/** Server tools that a request may have several of, each with a name. */
const NAMED_SERVER_TOOLS = new Set<string>(["openrouter:advisor", "openrouter:subagent"]);

/** A function is its name; of most server tools there is one of a type. */
function identityOf(tool: Tool): string {
  if (tool.type === "function") return `function ${tool.function.name}`;
  if (!NAMED_SERVER_TOOLS.has(tool.type)) return tool.type;
  return `${tool.type} ${tool.parameters?.name ?? tool.name ?? ""}`;
}

function withSystemPrompt(messages: ChatRequest["messages"], systemPrompt: string | null): ChatRequest["messages"] {
  if (systemPrompt === null || messages.some(isInstruction)) return messages;
  return [{ role: "system", content: systemPrompt }, ...messages];
}

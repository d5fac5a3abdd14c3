import type { Listing } from "./listing.ts";
import { SOURCES } from "./sources.ts";

/**
 * Finds the public id of what a provider calls by a name of its own, so that one model at many providers is one row.
 *
 * 1. The public ids are OpenRouter's, as its own listing has them; what it does not list gets an id of the same form.
 * 2. Names are compared as keys: without path, region, author's prefix and hyphens, `4-5` and `4p5` read as `4.5`.
 * 3. A name that is no key of a public id loses the words that only tell how it is served (`-fp8`, `-tee`, `-maas`);
 *    they become the endpoint's suffix.
 * 4. What a key cannot tell is in `SYNONYMS`.
 * 5. Last, the source's own idea of the universal id, where the name does not contradict it.
 * 6. A model that nobody else has needs an author, or it is left out.
 *
 * Wrong merges send requests to the wrong model, missed ones only hide an endpoint: in doubt nothing is merged.
 */
export class PublicIds {
  readonly #idsByKey = new Map<string, string>();

  constructor(listings: Listing[]) {
    for (const { provider, name } of listings) if (provider === "openrouter" && isPublic(name)) this.#add(name);
  }

  find(listing: Listing): PublicName | undefined {
    if (listing.provider === "openrouter") return isPublic(listing.name) ? { id: listing.name, words: [] } : undefined;
    const { base, words } = readName(listing);
    if (MOVING_NAME.test(base)) return undefined;
    const served = withoutWords(base, [SERVING_WORD]);
    const slowed = withoutWords(base, [SERVING_WORD, SPEED_WORDS[listing.provider] ?? SERVING_WORD]);
    for (const { base: name, words: more } of [{ base, words: [] }, served, slowed]) {
      const id = this.#known(name) ?? this.#canonical(name, listing.canonical);
      if (id !== undefined) return { id, words: [...words, ...more] };
    }
    const author = authorOf(listing);
    if (author === undefined || served.base === "") return undefined;
    const fresh = `${author}/${SYNONYMS[served.base] ?? served.base}`;
    this.#add(fresh);
    return { id: fresh, words: [...words, ...served.words] };
  }

  #add(id: string): void {
    const slug = slugOf(id);
    const key = keyOf(slug);
    if (!this.#idsByKey.has(key)) this.#idsByKey.set(key, id);
    // Hosts leave these out as often as not.
    for (const ending of ["-instruct", "-it"]) {
      const short = slug.endsWith(ending) ? keyOf(slug.slice(0, -ending.length)) : undefined;
      if (short !== undefined && !this.#idsByKey.has(short)) this.#idsByKey.set(short, id);
    }
  }

  #known(base: string): string | undefined {
    const synonym = SYNONYMS[base];
    const names = [synonym, base, base.replace(/-(instruct|it)$/, ""), base.replace(/-instruct-/, "-")];
    for (const name of names) {
      const id = name === undefined ? undefined : this.#idsByKey.get(keyOf(name));
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** The source's own id, if the name says nothing that the id does not say. */
  #canonical(base: string, canonical: string | undefined): string | undefined {
    if (canonical === undefined) return undefined;
    const slug = joinVersions(canonical.slice(canonical.indexOf("/") + 1).toLowerCase());
    const id = this.#known(slug);
    if (id === undefined) return undefined;
    const said = new Set(slug.split("-"));
    const letters = (text: string) => text.replace(/[^a-z0-9]/g, "");
    const isSame = letters(base) === letters(slug);
    return isSame || base.split("-").every((word) => said.has(word)) ? id : undefined;
  }
}

export interface PublicName {
  id: string;
  /** Words that tell how the endpoint serves it: `fp8`, `turbo`, `eu`. */
  words: string[];
}

/** Batches are another API, `~` names move, and the router's own models are its own. */
function isPublic(name: string): boolean {
  return /^[a-z0-9][^/]*\//.test(name) && !/:batch$|^openrouter\//.test(name);
}

/** Names that mean another model next month. */
const MOVING_NAME = /-latest$/;

/** Authors by the prefixes that names have: organisations of model hubs, and clouds' own spellings. */
const AUTHORS: Record<string, string> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  meta: "meta-llama",
  "meta-llama": "meta-llama",
  "meta-models": "meta",
  mistral: "mistralai",
  mistralai: "mistralai",
  xai: "x-ai",
  "x-ai": "x-ai",
  deepseek: "deepseek",
  "deepseek-ai": "deepseek",
  moonshotai: "moonshotai",
  moonshot: "moonshotai",
  minimax: "minimax",
  minimaxai: "minimax",
  zai: "z-ai",
  "z-ai": "z-ai",
  "zai-org": "z-ai",
  zhipuai: "z-ai",
  alibaba: "qwen",
  qwen: "qwen",
  nvidia: "nvidia",
  cohere: "cohere",
  coherelabs: "cohere",
  amazon: "amazon",
  microsoft: "microsoft",
  nousresearch: "nousresearch",
  tencent: "tencent",
  baidu: "baidu",
  bytedance: "bytedance-seed",
  "bytedance-seed": "bytedance-seed",
  inclusionai: "inclusionai",
  stepfun: "stepfun",
  "stepfun-ai": "stepfun",
  xiaomi: "xiaomi",
  xiaomimimo: "xiaomi",
  ibm: "ibm-granite",
  "ibm-granite": "ibm-granite",
  writer: "writer",
  ai21: "ai21",
  arcee: "arcee-ai",
  "arcee-ai": "arcee-ai",
  upstage: "upstage",
  thinkingmachines: "thinkingmachines",
  poolside: "poolside",
  sarvam: "sarvam",
  sarvamai: "sarvam",
  perplexity: "perplexity",
  "swiss-ai": "swiss-ai",
  allenai: "allenai",
  liquidai: "liquid",
  baai: "baai",
  intfloat: "intfloat",
  meituan: "meituan",
  kwaipilot: "kwaipilot",
  deepcogito: "deepcogito",
  thedrummer: "thedrummer",
  sao10k: "sao10k",
};

/** Authors by families of names, for providers that write the name alone. */
const AUTHORS_BY_NAME: [RegExp, string][] = [
  [/^(gpt-|o[134](-|$)|chatgpt|codex|text-embedding-(3|ada))/, "openai"],
  [/^claude/, "anthropic"],
  [/^(gemini|gemma)/, "google"],
  [/^(llama)/, "meta-llama"],
  [/^(mistral|ministral|magistral|devstral|codestral|pixtral|voxtral|mixtral)/, "mistralai"],
  [/^grok/, "x-ai"],
  [/^deepseek/, "deepseek"],
  [/^kimi/, "moonshotai"],
  [/^minimax/, "minimax"],
  [/^glm/, "z-ai"],
  [/^(qwen|qwq|qvq)/, "qwen"],
  [/^nemotron/, "nvidia"],
  [/^(command|embed-v|embed-(english|multilingual))/, "cohere"],
  [/^nova-/, "amazon"],
  [/^phi-/, "microsoft"],
  [/^hermes/, "nousresearch"],
  [/^jamba/, "ai21"],
];

/** Names that are another model's, or say it in words of their own. Keys are names as `readName` gives them. */
const SYNONYMS: Record<string, string> = {
  "deepseek-v3": "deepseek-chat",
  "deepseek-v3-0324": "deepseek-chat-v3-0324",
  "deepseek-v3.1": "deepseek-chat-v3.1",
  "kimi-k2-instruct": "kimi-k2",
  "kimi-k2-instruct-0905": "kimi-k2-0905",
  "llama-4-maverick-17b-128e-instruct": "llama-4-maverick",
  "llama-4-maverick-17b-instruct": "llama-4-maverick",
  "llama-4-scout-17b-16e-instruct": "llama-4-scout",
  "llama-4-scout-17b-instruct": "llama-4-scout",
  "llama-3.3-70b": "llama-3.3-70b-instruct",
  "llama-3.3-70b-versatile": "llama-3.3-70b-instruct",
  "llama-3.1-8b-instant": "llama-3.1-8b-instruct",
  "mistral-nemo-instruct-2407": "mistral-nemo",
  "open-mistral-nemo": "mistral-nemo",
  "open-mixtral-8x22b": "mixtral-8x22b-instruct",
  "mistral-small-3.2-24b-instruct-2506": "mistral-small-3.2-24b-instruct",
  "mistral-small-2506": "mistral-small-3.2-24b-instruct",
  "mistral-small-3.1-24b-instruct-2503": "mistral-small-3.1-24b-instruct",
  "mistral-large-3-675b-instruct-2512": "mistral-large-2512",
  "mistral-large-3-675b": "mistral-large-2512",
  "mistral-large-3": "mistral-large-2512",
  "mistral-medium-2508": "mistral-medium-3.1",
  "mistral-medium-2505": "mistral-medium-3",
  "mistral-medium-2604": "mistral-medium-3-5",
  "mistral-medium-3.5": "mistral-medium-3-5",
  "mistral-small-4-119b-2603": "mistral-small-2603",
  "ministral-3-14b-instruct-2512": "ministral-14b-2512",
  "ministral-3-8b-instruct-2512": "ministral-8b-2512",
  "ministral-3-3b-instruct-2512": "ministral-3b-2512",
  "qwen3-235b-a22b-instruct-2507": "qwen3-235b-a22b-2507",
  "qwen3-coder-480b-a35b-instruct": "qwen3-coder",
  "qwen3-coder-480b-a35b": "qwen3-coder",
  "qwen3-coder-30b-a3b": "qwen3-coder-30b-a3b-instruct",
  "nova-lite": "nova-lite-v1",
  "nova-pro": "nova-pro-v1",
  "nova-micro": "nova-micro-v1",
  "nova-premier": "nova-premier-v1",
  "nova-2-lite": "nova-2-lite-v1",
  "nemotron-3-ultra": "nemotron-3-ultra-550b-a55b",
  "nemotron-3-super": "nemotron-3-super-120b-a12b",
  "solar-pro3": "solar-pro-3",
  "gemini-3.1-pro": "gemini-3.1-pro-preview",
  "gemini-3-flash": "gemini-3-flash-preview",
  "grok-4-20": "grok-4.20",
  "grok-4-20-reasoning": "grok-4.20-reasoning",
  "grok-4-20-non-reasoning": "grok-4.20-non-reasoning",
  "grok-4-20-multi-agent": "grok-4.20-multi-agent",
  "grok-4.20-0309-reasoning": "grok-4.20-reasoning",
  "grok-4.20-0309-non-reasoning": "grok-4.20-non-reasoning",
  "grok-4.20-multi-agent-0309": "grok-4.20-multi-agent",
  "deepseek-3.2": "deepseek-v3.2",
  "deepseek-4-flash": "deepseek-v4-flash",
  "nemotron-3.5-lightning-30b-a3b": "nemotron-3.5-lightning",
  "nemotron-lightning-3.5-30b-a3b": "nemotron-3.5-lightning",
  "nemotron-3-ultra-550b": "nemotron-3-ultra-550b-a55b",
  "qwen3.5-397b": "qwen3.5-397b-a17b",
  "qwen3.5-122b": "qwen3.5-122b-a10b",
  "mistral-large2": "mistral-large-2407",
  "mistral-large-3-675b-instruct": "mistral-large-2512",
  "mistral-small-4-119b": "mistral-small-2603",
  "mistral-medium-3.5-128b": "mistral-medium-3-5",
  "mistral-small-2503": "mistral-small-3.1-24b-instruct",
  "open-mixtral-8x7b": "mixtral-8x7b-instruct",
  "ministral-14b": "ministral-14b-2512",
  "devstral-2-123b": "devstral-2512",
  "pixtral-12b-2409": "pixtral-12b",
  // Bedrock's DeepSeek is V3.1.
  v3: "deepseek-chat-v3.1",
};

interface ReadName {
  base: string;
  words: string[];
}

/** A provider's name without path, prefixes and versions of the service; in lower case, hyphens between its words. */
function readName({ provider, name }: Listing): ReadName {
  const words: string[] = [];
  let base = name.toLowerCase();
  if (provider === "amazon-bedrock") {
    const region = /^(us|eu|apac|global|jp|au|in|ca|us-gov)\./.exec(base)?.[1];
    if (region) words.push(region);
    base = base
      .slice(region ? region.length + 1 : 0)
      .replace(/^[a-z0-9-]+\./, "")
      .replace(/(-v\d+|-\d+)?:\d+$|(?<=claude.*)-v\d+$/, "");
  }
  const region = /@(eu|us)$/.exec(base)?.[1];
  if (region) words.push(region);
  base = base
    .replace(/(?<=.)@.*$/, "")
    .replace(/^.*\//, "")
    .replace(/^hf:/, "")
    .replace(/^databricks-/, "")
    .replace(/^(openai|anthropic|google|zai-org|z-ai|zai|snowflake|xiaomi|aion-labs|arcee|doubao)-(?=[a-z])/, "")
    .replace(/^(openai|xai|meta|google|cohere)\./, "")
    .replace(/[_:]/g, "-")
    .replace(/(\d)p(\d)/g, "$1.$2");
  base = joinVersions(base)
    .replace(/^(?:nvidia-)nemotron/, "nemotron")
    .replace(/^llama-?(\d)/, "llama-$1")
    .replace(/^meta-llama/, "llama")
    .replace(/^claude-([a-z]+-[\d.]+|[\d.]+-[a-z]+)-20\d{6}$/, "claude-$1")
    // From version 4 on the family comes first.
    .replace(/^claude-([4-9][\d.]*)-([a-z]+)$/, "claude-$2-$1")
    .replace(/^claude-(haiku|sonnet|opus)-(3[\d.]*)$/, "claude-$2-$1");
  if (provider === "venice") base = base.replace(/^gpt-(\d)(\d)(?=-|$)/, "gpt-$1.$2");
  if (provider === "volcengine") base = base.replace(/(-ga)?-2\d{5}$/, "");
  return { base, words };
}

/** `4-5` → `4.5`, where both are single digits that stand for themselves. */
function joinVersions(name: string): string {
  return name.replace(/(?<![\d.])(\d)-(\d)(?=-|$)/g, "$1.$2").replace(/(?<=[a-z]\d)_(?=\d)/g, ".");
}

/** Words after a model's name that tell only how it is served, whoever serves it. */
const SERVING_WORD =
  /-(tee|fp8|fp4|nvfp4|bf16|int8|int4|int4-mixed-ar|awq|maas|high-throughput|throughput|dynamic|tput)$/;
/** Words that may be part of a name (`gpt-4-turbo`), and at these providers are not. */
const SPEED_WORDS: Record<string, RegExp> = {
  together: /-(turbo|lite)$/,
  deepinfra: /-turbo$/,
  novita: /-turbo$/,
  chutes: /-turbo$/,
  fireworks: /-(fast|spot|ultrafast)$/,
  baseten: /-fast$/,
  nebius: /-fast$/,
  cloudflare: /-fast$/,
  siliconflow: /-(fast|turbo)$/,
  huggingface: /-(fast|turbo)$/,
  "near-ai": /-(fast|turbo)$/,
  digitalocean: /-(fast|turbo)$/,
  hyperbolic: /-turbo$/,
  venice: /-(fast|fast-api)$/,
  requesty: /-(fast|highspeed)$/,
  vercel: /-(fast|ultrafast|highspeed)$/,
  minimax: /-highspeed$/,
  moonshotai: /-highspeed$/,
  "z-ai": /-highspeed$/,
  xiaomi: /-ultraspeed$/,
};

function withoutWords(name: string, endings: RegExp[]): ReadName {
  const words: string[] = [];
  let base = name;
  for (;;) {
    const found = endings.map((ending) => ending.exec(base)).find((match) => match !== null);
    if (!found) return { base, words };
    words.unshift(found[0].slice(1));
    base = base.slice(0, found.index);
  }
}

function slugOf(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

function keyOf(slug: string): string {
  return joinVersions(slug.toLowerCase()).replace(/-/g, "");
}

function authorOf({ provider, name, canonical }: Listing): string | undefined {
  const source = SOURCES[provider]?.author;
  const prefixes = [
    canonical?.split("/")[0],
    ...name
      .toLowerCase()
      .replace(/^hf:|^@cf\//, "")
      .split("/")
      .slice(0, -1),
  ];
  const dotted = /^(?:(?:us|eu|apac|global|jp|au|in|ca)\.)?([a-z0-9-]+)\./.exec(name.toLowerCase())?.[1];
  for (const prefix of [...prefixes, dotted]) {
    const author = prefix === undefined ? undefined : AUTHORS[prefix];
    if (author !== undefined) return author;
  }
  if (source !== undefined) return source;
  const { base } = readName({ provider, name } as Listing);
  return AUTHORS_BY_NAME.find(([pattern]) => pattern.test(base))?.[1];
}

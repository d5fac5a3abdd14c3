import type { TeamKey } from "../schema/byok.ts";
import {
  type Alias,
  type Api,
  type AuthScheme,
  type CatalogueDocument,
  type EndpointRow,
  type ModelRow,
  type Pricing,
  type ProviderKey,
  type Provider as ProviderRow,
  type Quirks,
  type Router,
  type RoutingSettings,
  URL_VARIABLE,
} from "../schema/catalogue.ts";
import type { ChecksSettings } from "../schema/checks.ts";
import type { ProviderPreferences } from "../schema/provider-preferences.ts";
import type { RetrievalSettings } from "../schema/retrieval.ts";
import { adaptModel } from "./adapter.ts";
import { type CatalogueRows, mergeModels, mergeProviders } from "./merge.ts";
import type { ModelRows } from "./model-rows.ts";

/** A company's API, ready to be called. */
export interface Provider {
  slug: string;
  name: string;
  api: Api;
  /** With its variables filled in. */
  baseUrl: string;
  /** Variables of the base URL that the operator has not set; with any of them the provider cannot be called. */
  missingVariables: string[];
  /** Absent: no key is sent. */
  key: ProviderKey | undefined;
  /** Undefined: as the protocol's own vendor wants it. */
  auth: AuthScheme | undefined;
  authHeader: string | undefined;
  headers: Record<string, string>;
  quirks: Quirks;
  timeouts: Timeouts;
  /** The row of the catalogue, with what is only told and not used. */
  row: ProviderRow;
}

/** Bounds of one attempt in milliseconds; undefined where the operator leaves it to the mode's default. */
export interface Timeouts {
  firstTokenMs: number | undefined;
  idleMs: number;
  totalMs: number;
}

/** One model at one provider. */
export interface Endpoint {
  /** Tells it from every other: its model and its tag. */
  id: string;
  modelId: string;
  provider: Provider;
  /** The model's name at the provider. */
  upstreamModel: string;
  /** Public slug: the provider's, with an optional suffix. */
  tag: string;
  pricing: Pricing | undefined;
  contextLength: number | undefined;
  maxCompletionTokens: number | undefined;
  /** Undefined when the catalogue does not say. */
  supportedParameters: ReadonlySet<string> | undefined;
  /** The same provider serves the model in other tiers too, at endpoints of their own: this one is of the usual tier. */
  hasTiers?: boolean;
  /** Called with a team's own key: it leads, or, as a `fallback`, comes last. */
  byok: "lead" | "fallback" | undefined;
  /** The key that the caller's team has brought; absent: the provider's. */
  teamKey?: TeamKey;
  /** The caller's team wants its own keys used here: with the operator's it is not called. */
  isWithheld?: boolean;
  /** Serves an adapter: the id of the model that it adapts. */
  adapterOf?: string;
  /** The row of the catalogue, with what is only told and not used. */
  row: EndpointRow;
}

export interface Model {
  id: string;
  row: ModelRow;
  endpoints: Endpoint[];
}

/** Finds a variable or secret of the installation by its name. */
export type ReadVariable = (name: string) => string | undefined;

/** Ends the tags of endpoints that serve another tier of speed and price. */
export const TIER_SUFFIX = /\/(priority|flex)$/;

const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_TOTAL_MS = 600_000;

/**
 * The built-in rows with the operator's document laid over them. Rows are merged one level deep, the operator wins;
 * a model's `endpoints` are replaced as a whole. Models are read and resolved when first asked for, so a large
 * catalogue costs what is used of it.
 */
export class Catalogue {
  readonly defaultModel: string | undefined;
  /** The operator's preferences for every request. */
  readonly preferences: ProviderPreferences;
  readonly routing: RoutingSettings;
  readonly checks: ChecksSettings;
  readonly retrieval: RetrievalSettings;
  /** Ids of the models that the operator's document names, in its order. */
  readonly documentModelIds: string[];
  readonly #aliases: Record<string, Alias>;
  readonly #routers: Record<string, Router>;
  readonly #providerRows: Record<string, ProviderRow>;
  readonly #modelRows: ModelRows;
  readonly #readVariable: ReadVariable;
  readonly #providers = new Map<string, Provider>();
  readonly #models = new Map<string, Model>();
  readonly #adapters = new Map<string, Model>();

  /** `document` must have passed `checkDocument` with the same rows. */
  constructor(builtIn: CatalogueRows, document: CatalogueDocument, readVariable: ReadVariable = () => undefined) {
    this.#providerRows = mergeProviders(builtIn, document);
    this.#modelRows = mergeModels(builtIn, document);
    this.#readVariable = readVariable;
    this.defaultModel = document.defaults?.model;
    this.preferences = document.defaults?.provider ?? {};
    this.routing = document.routing ?? {};
    this.checks = document.checks ?? {};
    this.retrieval = document.retrieval ?? {};
    this.documentModelIds = Object.keys(document.models ?? {});
    this.#aliases = document.aliases ?? {};
    this.#routers = document.routers ?? {};
  }

  /** What another name stands for. */
  alias(name: string): Alias | undefined {
    return Object.hasOwn(this.#aliases, name) ? this.#aliases[name] : undefined;
  }

  /** The targets among which a name chooses. */
  router(name: string): Router | undefined {
    return Object.hasOwn(this.#routers, name) ? this.#routers[name] : undefined;
  }

  /** Every alias, adapter and router, in the document's order. */
  names(): string[] {
    return [...Object.keys(this.#aliases), ...Object.keys(this.#routers)];
  }

  /** An adapter as a model of its own: at the endpoints of its base, with the base's URLs and keys. */
  adapter(name: string): Model | undefined {
    const known = this.#adapters.get(name);
    const alias = known ? undefined : this.alias(name);
    if (alias?.adapter_of === undefined) return known;
    const { adapter_of: base, adapter = name, pricing } = alias;
    const model = this.model(this.alias(base)?.model ?? base);
    if (!model) return undefined;
    const adapted = adaptModel(model, { name, upstreamModel: adapter, pricing });
    this.#adapters.set(name, adapted);
    return adapted;
  }

  /** The model of a public or dated id. */
  model(name: string): Model | undefined {
    const known = this.#models.get(name);
    if (known) return known;
    const row = this.#modelRows.get(name);
    if (row) {
      const model: Model = { id: name, row, endpoints: this.#endpoints(name, row) };
      this.#models.set(name, model);
      return model;
    }
    const id = this.#modelRows.idOf(name);
    return id === undefined || id === name ? undefined : this.model(id);
  }

  /**
   * The newest model of a family, for a name `~author/family-latest`: of the ids that go on after the family with
   * nothing but a version, the one that was made last.
   */
  latest(name: string): Model | undefined {
    const family = /^~(.+)-latest$/.exec(name)?.[1];
    if (family === undefined) return undefined;
    return this.modelIds()
      .filter((id) => id.startsWith(family) && /^(-?v?[\d.-]+)?$/.test(id.slice(family.length)))
      .map((id) => this.model(id))
      .filter((model) => model !== undefined)
      .reduce<Model | undefined>(
        (best, model) => ((model.row.created ?? 0) > (best?.row.created ?? -1) ? model : best),
        undefined,
      );
  }

  /** Every model's id, in the catalogue's order. */
  modelIds(): string[] {
    return [...this.#modelRows.ids()];
  }

  /** Every provider's slug, in the catalogue's order. */
  providerSlugs(): string[] {
    return Object.keys(this.#providerRows);
  }

  provider(slug: string): Provider | undefined {
    const known = this.#providers.get(slug);
    if (known) return known;
    const row = Object.hasOwn(this.#providerRows, slug) ? this.#providerRows[slug] : undefined;
    if (!row) return undefined;
    const provider: Provider = {
      slug,
      name: row.name,
      api: row.api,
      ...this.#fillUrl(row.base_url),
      key: row.key,
      auth: row.auth,
      authHeader: row.auth_header,
      headers: row.headers ?? {},
      quirks: row.quirks ?? {},
      timeouts: {
        firstTokenMs: row.timeouts?.first_token_ms,
        idleMs: row.timeouts?.idle_ms ?? DEFAULT_IDLE_MS,
        totalMs: row.timeouts?.total_ms ?? DEFAULT_TOTAL_MS,
      },
      row,
    };
    this.#providers.set(slug, provider);
    return provider;
  }

  #fillUrl(template: string): { baseUrl: string; missingVariables: string[] } {
    const missingVariables: string[] = [];
    const url = template.replace(URL_VARIABLE, (_, name: string, otherwise: string | undefined) => {
      const value = this.#readVariable(name) ?? otherwise;
      if (value === undefined) missingVariables.push(name);
      return value ?? "";
    });
    return { baseUrl: url.replace(/\/+$/, ""), missingVariables };
  }

  /**
   * An endpoint of the built-in rows may be at a provider that this version cannot speak to; it is left out. Several
   * with one tag are several all the same, told apart by a number in their ids.
   */
  #endpoints(modelId: string, model: ModelRow): Endpoint[] {
    const counts = new Map<string, number>();
    const tiered = new Set(
      model.endpoints.filter(({ tag }) => tag && TIER_SUFFIX.test(tag)).map((row) => row.provider),
    );
    return model.endpoints.flatMap((row) => {
      const endpoint = this.#endpoint(modelId, model, row);
      if (!endpoint) return [];
      if (tiered.has(row.provider) && !TIER_SUFFIX.test(endpoint.tag)) endpoint.hasTiers = true;
      const count = (counts.get(endpoint.tag) ?? 0) + 1;
      counts.set(endpoint.tag, count);
      return count === 1 ? endpoint : { ...endpoint, id: `${endpoint.id}#${count}` };
    });
  }

  #endpoint(modelId: string, model: ModelRow, row: EndpointRow): Endpoint | undefined {
    const provider = this.provider(row.provider);
    if (!provider) return undefined;
    const tag = row.tag ?? row.provider;
    return {
      id: `${modelId} ${tag}`,
      modelId,
      provider: this.#adapt(provider, row),
      upstreamModel: row.model,
      tag,
      pricing: row.pricing,
      contextLength: row.context_length ?? model.context_length ?? undefined,
      maxCompletionTokens: row.max_completion_tokens ?? undefined,
      supportedParameters: row.supported_parameters?.length ? new Set(row.supported_parameters) : undefined,
      byok: byokOf(provider.key),
      row,
    };
  }

  /** The provider as this endpoint finds it. */
  #adapt(provider: Provider, { api, base_url: baseUrl, quirks }: EndpointRow): Provider {
    if (!api && !baseUrl && !quirks) return provider;
    return {
      ...provider,
      api: api ?? provider.api,
      ...(baseUrl !== undefined && this.#fillUrl(baseUrl)),
      quirks: { ...provider.quirks, ...quirks },
    };
  }
}

function byokOf(key: ProviderKey | undefined): Endpoint["byok"] {
  if (key === undefined || typeof key === "string" || !key.byok) return undefined;
  return key.is_fallback ? "fallback" : "lead";
}

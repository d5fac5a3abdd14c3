import type {
  Api,
  CatalogueDocument,
  EndpointRow,
  ModelRow,
  Pricing,
  ProviderKey,
  Provider as ProviderRow,
  Quirks,
} from "../schema/catalogue.ts";

/** A company's API, ready to be called. */
export interface Provider {
  slug: string;
  name: string;
  api: Api;
  baseUrl: string;
  /** Absent: no key is sent. */
  key: ProviderKey | undefined;
  authHeader: string | undefined;
  headers: Record<string, string>;
  quirks: Quirks;
  timeouts: Timeouts;
}

/** Bounds of one attempt in milliseconds; undefined where the operator leaves it to the mode's default. */
export interface Timeouts {
  firstTokenMs: number | undefined;
  idleMs: number;
  totalMs: number;
}

/** One model at one provider. */
export interface Endpoint {
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
}

export interface Model {
  id: string;
  row: ModelRow;
  endpoints: Endpoint[];
}

/** The parts of which a catalogue is made. */
export interface CatalogueRows {
  providers: Record<string, ProviderRow>;
  models: Record<string, ModelRow>;
}

const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_TOTAL_MS = 600_000;

/**
 * The built-in rows with the operator's document laid over them. Rows are merged one level deep, the operator wins;
 * a model's `endpoints` are replaced as a whole. Models are resolved when first asked for, so a large catalogue
 * costs what is used of it.
 */
export class Catalogue {
  readonly defaultModel: string | undefined;
  readonly #providerRows: Record<string, ProviderRow>;
  readonly #modelRows: Record<string, ModelRow>;
  readonly #providers = new Map<string, Provider>();
  readonly #models = new Map<string, Model>();
  #idsByAlias: Map<string, string> | undefined;

  /** `document` must have passed `checkDocument` with the same rows. */
  constructor(builtIn: CatalogueRows, document: CatalogueDocument) {
    this.#providerRows = mergeRows(builtIn.providers, document.providers);
    this.#modelRows = mergeRows(builtIn.models, document.models);
    this.defaultModel = document.defaults?.model;
  }

  /** The model of a public or dated id. */
  model(name: string): Model | undefined {
    const id = Object.hasOwn(this.#modelRows, name) ? name : this.#aliases().get(name);
    if (id === undefined) return undefined;
    const known = this.#models.get(id);
    if (known) return known;
    const row = this.#modelRows[id];
    if (!row) return undefined;
    const model: Model = { id, row, endpoints: row.endpoints.map((endpoint) => this.#endpoint(id, row, endpoint)) };
    this.#models.set(id, model);
    return model;
  }

  /** Every model's id, in the catalogue's order. */
  modelIds(): string[] {
    return Object.keys(this.#modelRows);
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
      baseUrl: row.base_url.replace(/\/+$/, ""),
      key: row.key,
      authHeader: row.auth_header,
      headers: row.headers ?? {},
      quirks: row.quirks ?? {},
      timeouts: {
        firstTokenMs: row.timeouts?.first_token_ms,
        idleMs: row.timeouts?.idle_ms ?? DEFAULT_IDLE_MS,
        totalMs: row.timeouts?.total_ms ?? DEFAULT_TOTAL_MS,
      },
    };
    this.#providers.set(slug, provider);
    return provider;
  }

  #endpoint(modelId: string, model: ModelRow, row: EndpointRow): Endpoint {
    const provider = this.provider(row.provider);
    if (!provider) throw new Error(`the catalogue's ${modelId} names an unknown provider: ${row.provider}`);
    return {
      modelId,
      provider,
      upstreamModel: row.model,
      tag: row.tag ?? row.provider,
      pricing: row.pricing,
      contextLength: row.context_length ?? model.context_length ?? undefined,
      maxCompletionTokens: row.max_completion_tokens ?? undefined,
      supportedParameters: row.supported_parameters?.length ? new Set(row.supported_parameters) : undefined,
    };
  }

  #aliases(): Map<string, string> {
    if (this.#idsByAlias) return this.#idsByAlias;
    const aliases = new Map<string, string>();
    for (const [id, row] of Object.entries(this.#modelRows))
      if (row.canonical_slug) aliases.set(row.canonical_slug, id);
    this.#idsByAlias = aliases;
    return aliases;
  }
}

/** What is wrong with a document that has the right shape, as a path and a problem; undefined when nothing is. */
export function checkDocument(
  builtIn: CatalogueRows,
  document: CatalogueDocument,
): { path: string; problem: string } | undefined {
  const providers = mergeRows(builtIn.providers, document.providers);
  for (const slug of Object.keys(document.providers ?? {})) {
    for (const field of ["name", "api", "base_url"] as const)
      if (!providers[slug]?.[field])
        return { path: `providers.${slug}.${field}`, problem: "is required for a new provider" };
  }
  const models = mergeRows(builtIn.models, document.models);
  for (const id of Object.keys(document.models ?? {})) {
    const row = models[id];
    if (!row?.name) return { path: `models.${id}.name`, problem: "is required for a new model" };
    if (!row.endpoints) return { path: `models.${id}.endpoints`, problem: "is required for a new model" };
    for (const [index, endpoint] of row.endpoints.entries()) {
      const path = `models.${id}.endpoints.${index}`;
      if (!Object.hasOwn(providers, endpoint.provider))
        return { path: `${path}.provider`, problem: `there is no provider "${endpoint.provider}"` };
      const tag = endpoint.tag ?? endpoint.provider;
      if (tag !== endpoint.provider && !tag.startsWith(`${endpoint.provider}/`))
        return { path: `${path}.tag`, problem: `must be "${endpoint.provider}" or begin with "${endpoint.provider}/"` };
    }
  }
  const defaultModel = document.defaults?.model;
  if (defaultModel !== undefined && !Object.hasOwn(models, defaultModel))
    return { path: "defaults.model", problem: `there is no model "${defaultModel}"` };
  return undefined;
}

function mergeRows<Row extends object>(
  builtIn: Record<string, Row>,
  overlay: Record<string, Partial<Row>> | undefined,
): Record<string, Row> {
  const merged: Record<string, Row> = { ...builtIn };
  // The caller has checked that what an overlay leaves out is built in.
  for (const [id, row] of Object.entries(overlay ?? {})) merged[id] = { ...builtIn[id], ...row } as Row;
  return merged;
}

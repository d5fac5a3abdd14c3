import {
  type Api,
  type AuthScheme,
  type CatalogueDocument,
  type EndpointRow,
  type ModelRow,
  type Pricing,
  type ProviderKey,
  type Provider as ProviderRow,
  type Quirks,
  URL_VARIABLE,
} from "../schema/catalogue.ts";
import { joinRows, type ModelRows, plainRows } from "./model-rows.ts";

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
  /** The row of the catalogue, with what is only told and not used. */
  row: EndpointRow;
}

export interface Model {
  id: string;
  row: ModelRow;
  endpoints: Endpoint[];
}

/** The parts of which a catalogue is made. */
export interface CatalogueRows {
  providers: Record<string, ProviderRow>;
  models: ModelRows;
}

/** Finds a variable or secret of the installation by its name. */
export type ReadVariable = (name: string) => string | undefined;

const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_TOTAL_MS = 600_000;

/**
 * The built-in rows with the operator's document laid over them. Rows are merged one level deep, the operator wins;
 * a model's `endpoints` are replaced as a whole. Models are read and resolved when first asked for, so a large
 * catalogue costs what is used of it.
 */
export class Catalogue {
  readonly defaultModel: string | undefined;
  readonly #providerRows: Record<string, ProviderRow>;
  readonly #modelRows: ModelRows;
  readonly #readVariable: ReadVariable;
  readonly #providers = new Map<string, Provider>();
  readonly #models = new Map<string, Model>();

  /** `document` must have passed `checkDocument` with the same rows. */
  constructor(builtIn: CatalogueRows, document: CatalogueDocument, readVariable: ReadVariable = () => undefined) {
    this.#providerRows = mergeProviders(builtIn, document);
    this.#modelRows = mergeModels(builtIn, document);
    this.#readVariable = readVariable;
    this.defaultModel = document.defaults?.model;
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

  /** An endpoint of the built-in rows may be at a provider that this version cannot speak to; it is left out. */
  #endpoints(modelId: string, model: ModelRow): Endpoint[] {
    return model.endpoints
      .map((row) => this.#endpoint(modelId, model, row))
      .filter((endpoint) => endpoint !== undefined);
  }

  #endpoint(modelId: string, model: ModelRow, row: EndpointRow): Endpoint | undefined {
    const provider = this.provider(row.provider);
    if (!provider) return undefined;
    return {
      modelId,
      provider: this.#adapt(provider, row),
      upstreamModel: row.model,
      tag: row.tag ?? row.provider,
      pricing: row.pricing,
      contextLength: row.context_length ?? model.context_length ?? undefined,
      maxCompletionTokens: row.max_completion_tokens ?? undefined,
      supportedParameters: row.supported_parameters?.length ? new Set(row.supported_parameters) : undefined,
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

/** What is wrong with a document that has the right shape, as a path and a problem; undefined when nothing is. */
export function checkDocument(
  builtIn: CatalogueRows,
  document: CatalogueDocument,
): { path: string; problem: string } | undefined {
  const providers = mergeProviders(builtIn, document);
  for (const slug of Object.keys(document.providers ?? {})) {
    for (const field of ["name", "api", "base_url"] as const)
      if (!providers[slug]?.[field])
        return { path: `providers.${slug}.${field}`, problem: "is required for a new provider" };
  }
  const models = mergeModels(builtIn, document);
  for (const [id, given] of Object.entries(document.models ?? {})) {
    const row = models.get(id);
    if (!row?.name) return { path: `models.${id}.name`, problem: "is required for a new model" };
    if (!row.endpoints) return { path: `models.${id}.endpoints`, problem: "is required for a new model" };
    for (const [index, endpoint] of (given.endpoints ?? []).entries()) {
      const path = `models.${id}.endpoints.${index}`;
      if (!Object.hasOwn(providers, endpoint.provider))
        return { path: `${path}.provider`, problem: `there is no provider "${endpoint.provider}"` };
      const tag = endpoint.tag ?? endpoint.provider;
      if (tag !== endpoint.provider && !tag.startsWith(`${endpoint.provider}/`))
        return { path: `${path}.tag`, problem: `must be "${endpoint.provider}" or begin with "${endpoint.provider}/"` };
    }
  }
  const defaultModel = document.defaults?.model;
  if (defaultModel !== undefined && !models.get(defaultModel))
    return { path: "defaults.model", problem: `there is no model "${defaultModel}"` };
  return undefined;
}

function mergeProviders(builtIn: CatalogueRows, { providers = {} }: CatalogueDocument): Record<string, ProviderRow> {
  const merged = { ...builtIn.providers };
  // The caller has checked that what an overlay leaves out is built in.
  for (const [slug, row] of Object.entries(providers))
    merged[slug] = { ...builtIn.providers[slug], ...row } as ProviderRow;
  return merged;
}

/** Rows of the document win over built-in ones, field by field; those of which it says nothing are not even read. */
function mergeModels({ models: builtIn }: CatalogueRows, { models = {} }: CatalogueDocument): ModelRows {
  const overlay = Object.entries(models).map(([id, row]): [string, ModelRow] => {
    // As above.
    return [id, { ...builtIn.get(id), ...row } as ModelRow];
  });
  const { get, idOf, ids } = joinRows(plainRows(Object.fromEntries(overlay)), builtIn);
  return { get, idOf, ids: () => new Set([...builtIn.ids(), ...ids()]) };
}

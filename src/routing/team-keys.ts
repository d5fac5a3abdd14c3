import type { Catalogue, Endpoint, Model } from "../catalogue/catalogue.ts";
import type { TeamKey } from "../schema/byok.ts";

/** What routing asks of a catalogue. */
export type RoutedCatalogue = Pick<
  Catalogue,
  | "alias"
  | "router"
  | "adapter"
  | "names"
  | "model"
  | "latest"
  | "modelIds"
  | "defaultModel"
  | "documentModelIds"
  | "preferences"
  | "routing"
  | "checks"
  | "retrieval"
>;

/** Who may use a team's key depends on who calls. */
export interface TeamCaller {
  /** The account of the key that the request came with. */
  account: string;
  /** Whom that key was made for. */
  userId: string | null;
}

/**
 * The catalogue as one caller sees it whose team has keys of its own: in place of an endpoint at a provider with such
 * keys stand one endpoint for each of them, and the operator's own, which may be withheld. `keys` are in the order in
 * which they are to be tried. Without any it is the catalogue itself.
 */
export function withTeamKeys(catalogue: RoutedCatalogue, keys: TeamKey[], caller: TeamCaller): RoutedCatalogue {
  const enabled = keys.filter(({ disabled }) => !disabled);
  if (enabled.length === 0) return catalogue;
  const byProvider = Map.groupBy(enabled, ({ provider }) => provider);
  const known = new Map<Model, Model>();
  const expand = (model: Model | undefined): Model | undefined => {
    const seen = model && known.get(model);
    if (!model || seen) return seen;
    const endpoints = model.endpoints.flatMap((endpoint) => {
      const own = byProvider.get(endpoint.provider.slug);
      return own ? expandEndpoint(endpoint, own, caller) : [endpoint];
    });
    const expanded = { ...model, endpoints };
    known.set(model, expanded);
    return expanded;
  };
  return {
    defaultModel: catalogue.defaultModel,
    preferences: catalogue.preferences,
    routing: catalogue.routing,
    checks: catalogue.checks,
    retrieval: catalogue.retrieval,
    documentModelIds: catalogue.documentModelIds,
    names: () => catalogue.names(),
    alias: (name) => catalogue.alias(name),
    router: (name) => catalogue.router(name),
    adapter: (name) => expand(catalogue.adapter(name)),
    model: (name) => expand(catalogue.model(name)),
    latest: (name) => expand(catalogue.latest(name)),
    modelIds: () => catalogue.modelIds(),
  };
}

/** The endpoints that one stands for when this caller asks. */
export function variantsOf(endpoint: Endpoint, keys: TeamKey[], caller: TeamCaller): Endpoint[] {
  const own = keys.filter(({ disabled, provider }) => !disabled && provider === endpoint.provider.slug);
  return own.length === 0 ? [endpoint] : expandEndpoint(endpoint, own, caller);
}

/**
 * What becomes of one endpoint. `is_byok_only` holds for the provider, whoever asks for whatever; `is_required` for
 * the requests that its key may serve.
 */
function expandEndpoint(endpoint: Endpoint, keys: TeamKey[], caller: TeamCaller): Endpoint[] {
  const usable = keys.filter((key) => mayUse(key, endpoint.adapterOf ?? endpoint.modelId, caller));
  const isWithheld = keys.some(({ isByokOnly }) => isByokOnly) || usable.some(({ isRequired }) => isRequired);
  if (usable.length === 0 && !isWithheld) return [endpoint];
  return [...usable.map((key) => calledWith(key, endpoint)), isWithheld ? { ...endpoint, isWithheld } : endpoint];
}

function mayUse(key: TeamKey, modelId: string, { account, userId }: TeamCaller): boolean {
  const { allowedModels, allowedAccounts, allowedUserIds } = key;
  if (allowedModels && !allowedModels.includes(modelId)) return false;
  if (allowedAccounts && !allowedAccounts.includes(account)) return false;
  return !allowedUserIds || (userId !== null && allowedUserIds.includes(userId));
}

/** Another endpoint: it has limits, cooldowns and a health of its own. */
function calledWith(teamKey: TeamKey, endpoint: Endpoint): Endpoint {
  const byok = teamKey.isFallback ? "fallback" : "lead";
  return { ...endpoint, id: `${endpoint.id} byok:${teamKey.id}`, byok, teamKey };
}

/** Brings endpoints that differ in the key alone into the order of their keys, beside the one that comes first. */
export function inKeyOrder<Ranked extends { endpoint: Endpoint }>(ranked: Ranked[]): Ranked[] {
  const groups = Map.groupBy(ranked, ({ endpoint: { modelId, tag } }) => `${modelId} ${tag}`);
  const placeOf = ({ endpoint: { teamKey } }: Ranked) => teamKey?.sortOrder ?? 0;
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => placeOf(a) - placeOf(b)));
}

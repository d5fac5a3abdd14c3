import type { Model } from "../catalogue/catalogue.ts";
import type { Router } from "../schema/names.ts";
import type { Track } from "./resolve.ts";
import { isNamed } from "./slug.ts";
import { aliasGate, drawMembers, memberGate, type Target } from "./targets.ts";
import type { RoutedCatalogue } from "./team-keys.ts";

/** Where names are looked up, and for whom. */
export interface NamesInput {
  catalogue: Pick<RoutedCatalogue, "alias" | "router" | "adapter" | "model">;
  /** Whose names are seen besides everybody's; undefined: all. */
  project?: string | undefined;
  /** A number in [0, 1). */
  random: () => number;
}

type NamedTrack = Pick<Track, "model" | "only" | "target">;

/** An alias may lead to others, this often. */
const MAX_ALIAS_DEPTH = 5;

/** What an alias, an adapter or a router leads to, in order; undefined for what is none of them, or is another project's. */
export function followName(name: string, input: NamesInput): NamedTrack[] | undefined {
  const { catalogue } = input;
  const router = catalogue.router(name);
  if (!router && !catalogue.alias(name)) return undefined;
  const project = projectOf(name, catalogue);
  if (project != null && input.project !== undefined && project !== input.project) return undefined;
  return router ? followRouter(name, router, input) : followAlias(name, catalogue);
}

/** The only project that sees a name; undefined: all do. */
export function projectOf(name: string, catalogue: Pick<RoutedCatalogue, "alias" | "router">): string | undefined {
  const alias = catalogue.alias(name);
  const base = alias?.adapter_of === undefined ? undefined : catalogue.alias(alias.adapter_of);
  return (catalogue.router(name) ?? alias)?.project ?? base?.project ?? undefined;
}

/** The alias first, then its fallbacks and theirs, each once. Only where there are limits they are told apart as targets. */
function followAlias(name: string, catalogue: NamesInput["catalogue"]): NamedTrack[] {
  const tracks = chainOf(name, catalogue).flatMap((target) => trackOf(target, catalogue) ?? []);
  if (tracks.some(({ target }) => target && target.gates.length > 0)) return tracks;
  return tracks.map(({ model, only }) => ({ model, only }));
}

function chainOf(name: string, catalogue: NamesInput["catalogue"], depth = 0): string[] {
  const fallbacks = depth < MAX_ALIAS_DEPTH ? (catalogue.alias(name)?.fallbacks ?? []) : [];
  return [...new Set([name, ...fallbacks.flatMap((target) => chainOf(target, catalogue, depth + 1))])];
}

/** Members in the order of a draw, each with its fallbacks behind it: its own, else those of the alias that it is. */
function followRouter(name: string, { members }: Router, { catalogue, random }: NamesInput): NamedTrack[] {
  const gates = new Map(members.map((member) => [member.target, memberGate(name, member, members)]));
  const tracks = new Map<string, NamedTrack>();
  const add = (target: string, member?: Target["member"]) => {
    const track = trackOf(target, catalogue);
    if (!track?.target || (tracks.has(target) && !member)) return;
    const gate = gates.get(target);
    if (gate) track.target.gates.unshift(gate);
    track.target.router = name;
    track.target.member = member;
    tracks.set(target, track);
  };
  for (const { member, membership } of drawMembers(members, random)) {
    const fallbacks = member.fallbacks ?? chainOf(member.target, catalogue).slice(1);
    add(member.target, { ...membership, fallbacks });
    for (const target of fallbacks) add(target);
  }
  return [...tracks.values()];
}

function trackOf(name: string, catalogue: NamesInput["catalogue"]): NamedTrack | undefined {
  const alias = catalogue.alias(name);
  if (!alias) {
    const model = catalogue.model(name);
    return model && { model, target: { name, gates: [] } };
  }
  const base = alias.adapter_of === undefined ? undefined : catalogue.alias(alias.adapter_of);
  const model: Model | undefined =
    alias.adapter_of === undefined ? catalogue.model(alias.model ?? "") : catalogue.adapter(name);
  const gate = aliasGate(name, alias);
  return model && { model, only: (base ?? alias).provider, target: { name, gates: gate ? [gate] : [] } };
}

/** What a key may use, as far as names are concerned. */
export interface NameRules {
  allowsModel?: ((id: string) => boolean) | undefined;
  deniesModel?: ((id: string) => boolean) | undefined;
}

/** A name, and what it stands for: one model, or those among which a router chooses. */
export interface SeenName {
  name: string;
  kind: "alias" | "adapter" | "router";
  /** With the endpoints that are meant. */
  models: Model[];
}

/** The aliases, adapters and routers that a key of a project may ask for, in the document's order; all for no project. */
export function namesSeenBy(
  catalogue: NamesInput["catalogue"] & Pick<RoutedCatalogue, "names">,
  project: string | undefined,
  { allowsModel, deniesModel }: NameRules = {},
): SeenName[] {
  return catalogue.names().flatMap((name): SeenName[] => {
    if (allowsModel?.(name) === false) return [];
    const tracks = followName(name, { catalogue, project, random: () => 0 }) ?? [];
    const isRouter = catalogue.router(name) !== undefined;
    const models = (isRouter ? tracks.filter(({ target }) => target?.member) : tracks.slice(0, 1))
      .filter(({ model }) => deniesModel?.(adaptedOf(model)) !== true)
      .map(({ model, only }) => (only === undefined ? model : withOnly(model, only)));
    const kind = isRouter ? "router" : catalogue.alias(name)?.adapter_of === undefined ? "alias" : "adapter";
    return models.length > 0 ? [{ name, kind, models }] : [];
  });
}

function withOnly(model: Model, only: string): Model {
  return { ...model, endpoints: model.endpoints.filter((endpoint) => isNamed([only], endpoint)) };
}

/** An adapter is as much allowed as the model that it adapts. */
export function adaptedOf({ id, endpoints: [first] }: Model): string {
  return first?.adapterOf ?? id;
}

import { type Gateway, sharedGateway } from "./gateway.ts";
import { type Answer, type Route, startUpstream, type Upstream } from "./upstream.ts";

/** The shared gateway with companies behind it that do what a test tells them. */
export interface World {
  gateway: Gateway;
  upstream: Upstream;
  /**
   * Adds models that the same companies serve: `addModels(["a"], { first: hang(), second: json(…) })`. Names are made
   * unique, so that no test sees the health of another one's endpoints; companies are the cheaper the earlier they
   * come, by so much that the balancing keeps their order.
   */
  addModels<Company extends string>(models: string[], companies: Record<Company, Script>): Promise<Cast<Company>>;
  close(): Promise<void>;
}

/** What a company does with requests, and how its catalogue row differs. */
export type Script = Answer | { answer: Answer; baseUrl?: string; provider?: object; endpoint?: object };

export interface Cast<Company extends string = string> {
  /** The id of the n-th model, counted from 0. */
  model(index?: number): string;
  /** The provider slug of a company. */
  slug(company: Company): string;
  /** The display name of a company. */
  displayName(company: Company): string;
  route(company: Company): Route;
  /** Who was called, in order: `a.first` for model `a` at company `first`. */
  visited(): string[];
}

/** Prices of neighbours differ by this factor: the dearer one is drawn first once in 10⁸ times. */
const PRICE_STEP = 10_000;

/** Connects to the shared gateway; `prefix` is part of every name that is added. */
export async function createWorld(prefix: string): Promise<World> {
  const gateway = await sharedGateway();
  const upstream = await startUpstream();
  let casts = 0;

  async function addModels<Company extends string>(
    models: string[],
    companies: Record<Company, Script>,
  ): Promise<Cast<Company>> {
    casts += 1;
    const scene = `${prefix}-${casts}`;
    const names = Object.keys(companies) as Company[];
    const slug = (company: Company) => `${scene}-${company}`;
    const displayName = (company: Company) => `Company ${company} of ${scene}`;
    const scripts = new Map(names.map((name) => [name, toScript(companies[name])]));
    const routes = new Map(names.map((name) => [name, upstream.route(scripts.get(name)?.answer ?? refuse)]));
    const routeOf = (company: Company) => routes.get(company) as Route;

    await gateway.addCatalog({
      providers: Object.fromEntries(
        names.map((name) => {
          const { baseUrl, provider } = scripts.get(name) ?? {};
          const row = { name: displayName(name), api: "openai-chat", base_url: baseUrl ?? routeOf(name).baseUrl };
          return [slug(name), { ...row, ...provider }];
        }),
      ),
      models: Object.fromEntries(
        models.map((model) => {
          const endpoints = names.map((name, position) => {
            const price = (1e-9 * PRICE_STEP ** position).toFixed(12);
            const pricing = { prompt: price, completion: price };
            return { provider: slug(name), model, pricing, ...scripts.get(name)?.endpoint };
          });
          return [`${scene}/${model}`, { name: model, endpoints }];
        }),
      ),
    });

    return {
      model: (index = 0) => `${scene}/${models[index]}`,
      slug,
      displayName,
      route: routeOf,
      visited: () =>
        names
          .flatMap((name) => routeOf(name).visits.map((visit) => ({ name, visit })))
          .sort((a, b) => a.visit.startedAtMs - b.visit.startedAtMs)
          .map(({ name, visit }) => `${visit.body.model}.${name}`),
    };
  }

  return { gateway, upstream, addModels, close: () => upstream.close() };
}

function toScript(script: Script): Exclude<Script, Answer> {
  return typeof script === "function" ? { answer: script } : script;
}

const refuse: Answer = ({ response }) => void response.writeHead(500).end();

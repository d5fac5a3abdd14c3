import type { Provider } from "../../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../demo/catalogue.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { isDemoOn } from "../demo-switch.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { listModels, scopeOf } from "./model-list.ts";
import { readModelQuery } from "./model-query.ts";

/** GET /providers: every provider of the catalogue; with `all=false` those that serve something here. */
export async function getProviders(c: AppContext): Promise<Response> {
  const scope = await scopeOf(c, readModelQuery(c.req.query()).all);
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const serving = scope.isAll ? new Set(catalogue.providerSlugs()) : slugsOf(await listModels(c, scope));
  if (!isDemoOn(c)) serving.delete(DEMO_SLUG);
  const providers = catalogue
    .providerSlugs()
    .filter((slug) => serving.has(slug))
    .map((slug) => catalogue.provider(slug))
    .filter((provider) => provider !== undefined);
  return c.json({ data: providers.map(toWire) });
}

function slugsOf(models: { endpoints: { provider: Provider }[] }[]): Set<string> {
  return new Set(models.flatMap(({ endpoints }) => endpoints.map(({ provider }) => provider.slug)));
}

function toWire({ slug, name, row }: Provider): Record<string, unknown> {
  return {
    name,
    slug,
    privacy_policy_url: row.privacy_policy_url ?? null,
    terms_of_service_url: row.terms_of_service_url ?? null,
    status_page_url: row.status_page_url ?? null,
    headquarters: row.headquarters ?? null,
    datacenters: row.datacenters ?? null,
    // Ours: what the company does with what it is sent, as far as it has said.
    data_policy: row.data_policy ?? null,
    regions: row.regions ?? null,
    bills_after_disconnect: row.bills_after_disconnect ?? "unknown",
  };
}

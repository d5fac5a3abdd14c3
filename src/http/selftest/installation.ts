import type { Provider } from "../../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../demo/catalogue.ts";
import { readSpend } from "../../ledger/read.ts";
import { LOCAL_SLUG } from "../../local/catalogue.ts";
import { DEFAULT_TEAM } from "../../schema/team.ts";
import { isConfigured, readCatalogue, readProviderKey, readStoredDocument } from "../../store/catalogue.ts";
import { probeKv } from "../../store/probe.ts";
import { findResponse } from "../../store/response-cache.ts";
import { open, seal } from "../../store/seal.ts";
import { isDemoOn } from "../demo-switch.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { type Check, must, Skipped } from "./check.ts";

const GROUP = "installation";

/** Providers that answer inside the Worker: nobody has to switch them on. */
const OWN_SLUGS: ReadonlySet<string> = new Set([DEMO_SLUG, LOCAL_SLUG]);

/** What this installation has been given: stores, secrets, catalogue. Calls nobody. */
export function installationChecks(c: AppContext): Check[] {
  const { env } = c;
  const checks: Record<string, () => Promise<string | undefined>> = {
    "KV keeps what it is given": async () => {
      must(await probeKv(env.KV), "KV gives back something else than it was given");
      return undefined;
    },
    "the ledger answers": async () => {
      await readSpend(env.LEDGER, DEFAULT_TEAM, []);
      return undefined;
    },
    "the response cache answers": async () => {
      await findResponse({ namespace: env.RESPONSES, keyHash: "selftest", entryKey: "nothing" });
      return undefined;
    },
    "MASTER_KEYS seal and open": () => checkMasterKeys(env.MASTER_KEYS),
    "the operator's catalogue can be read": () => checkCatalogue(env.KV),
    "the keys of providers can be read": () => checkProviderKeys(c),
    "the addresses of providers are complete": () => checkAddresses(c),
    "models can be served": () => countModels(c),
    "the demo models": async () => (isDemoOn(c) ? "on" : "off for clients; the self-test has them all the same"),
    "the clock runs": checkClock,
  };
  return Object.entries(checks).map(([name, run]) => ({ group: GROUP, name, run }));
}

async function checkCatalogue(kv: Cloudflare.Env["KV"]): Promise<string> {
  const stored = await readStoredDocument(kv).catch(() => undefined);
  must(stored !== undefined, "what KV holds cannot be read; the Worker's log says why");
  if (stored.version === 0) return "There is none; the built-in one is in force.";
  const { providers, models } = stored.document;
  return `${Object.keys(providers ?? {}).length} providers, ${Object.keys(models ?? {}).length} models`;
}

async function checkMasterKeys(masterKeys: string | undefined): Promise<undefined> {
  if (!masterKeys) throw new Skipped("MASTER_KEYS is not set: provider keys must be secrets, not values.");
  const [context, plain] = ["selftest", crypto.randomUUID()];
  const opened = await open(masterKeys, context, await seal(masterKeys, context, plain));
  must(opened === plain, "what MASTER_KEYS has sealed does not open");
}

/** Providers that are on, or that the operator's document names. */
async function providersInUse(c: AppContext): Promise<Provider[]> {
  const { catalogue, document } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const named = new Set(Object.keys(document.providers ?? {}));
  const inUse: Provider[] = [];
  for (const slug of catalogue.providerSlugs()) {
    const provider = OWN_SLUGS.has(slug) ? undefined : catalogue.provider(slug);
    if (!provider) continue;
    const hasKey = provider.key !== undefined && (await readProviderKey(provider, c.env)) !== null;
    if (hasKey || named.has(slug)) inUse.push(provider);
  }
  return inUse;
}

async function checkProviderKeys(c: AppContext): Promise<string | undefined> {
  const providers = await providersInUse(c);
  const off: string[] = [];
  const sealed: string[] = [];
  for (const provider of providers) {
    if ((await readProviderKey(provider, c.env)) !== null) continue;
    const { key, slug } = provider;
    if (typeof key === "object" && "sealed" in key) sealed.push(slug);
    else off.push(slug);
  }
  must(sealed.length === 0, `MASTER_KEYS do not open the key of: ${sealed.join(", ")}`);
  const on = providers.length - off.length;
  return `${on} on${off.length === 0 ? "" : `; in the catalogue, but without its secret: ${off.join(", ")}`}`;
}

async function checkAddresses(c: AppContext): Promise<undefined> {
  const lacking = (await providersInUse(c)).filter(({ missingVariables }) => missingVariables.length > 0);
  const names = lacking.map(({ slug, missingVariables }) => `${slug} lacks ${missingVariables.join(", ")}`);
  must(lacking.length === 0, names.join("; "));
}

async function countModels(c: AppContext): Promise<string> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const slugs = new Set<string>();
  let count = 0;
  for (const id of catalogue.modelIds()) {
    const endpoints = catalogue.model(id)?.endpoints ?? [];
    const usable = endpoints.filter(({ provider }) => !OWN_SLUGS.has(provider.slug) && isConfigured(provider, c.env));
    if (usable.length > 0) count++;
    for (const { provider } of usable) slugs.add(provider.slug);
  }
  if (count === 0) throw new Skipped("No provider is on yet, so there are the demo models only.");
  return `${count} models at ${slugs.size} providers`;
}

/** 2026-11-01: no build of this is older. */
const BUILT_AFTER_MS = 1_793_491_200_000;
const NAP_MS = 50;

async function checkClock(): Promise<string> {
  const nowMs = Date.now();
  must(nowMs > BUILT_AFTER_MS, `it is ${new Date(nowMs).toISOString()}, before this was built`);
  await new Promise((resolve) => setTimeout(resolve, NAP_MS));
  const sleptMs = Date.now() - nowMs;
  must(sleptMs >= NAP_MS / 2, `a nap of ${NAP_MS} ms took ${sleptMs} ms`);
  return new Date(nowMs).toISOString();
}

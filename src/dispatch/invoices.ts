import * as z from "zod";
import type { Charge, Invoices } from "../ledger/charges.ts";
import { readCatalogue, readProviderKey } from "../store/catalogue.ts";
import { toNanoUsd } from "../usage/cost.ts";
import { authorize } from "./authorize.ts";
import { parseJson, readText } from "./body.ts";
import { askUpstream } from "./upstream.ts";

/** Nobody waits for it. */
const TIMEOUT_MS = 15_000;
const MAX_BYTES = 1_000_000;

/** What is read of OpenRouter's `GET /generation`; dollars. */
const answerSchema = z.object({ data: z.object({ total_cost: z.number().min(0).nullish() }) });

/**
 * Asks upstreams what a generation has cost: those whose rows have the quirk `generation_costs`, with the operator's
 * keys. A team's own keys are used for nothing but its requests.
 */
export function invoicesOf(env: Cloudflare.Env): Invoices {
  const catalogue = async () => {
    const refreshing: Promise<unknown>[] = [];
    await readCatalogue(env.KV, (work) => refreshing.push(work));
    // Nobody waits here, so the newest will do.
    await Promise.all(refreshing);
    return (await readCatalogue(env.KV, () => {})).catalogue;
  };
  return {
    async providers() {
      const known = await catalogue();
      const slugs = known.providerSlugs().filter((slug) => known.provider(slug)?.quirks.generation_costs === true);
      const isOn = async (slug: string) => {
        const provider = known.provider(slug);
        if (!provider || provider.missingVariables.length > 0) return false;
        return (await readProviderKey(provider, env)) !== null;
      };
      const on = await Promise.all(slugs.map(isOn));
      return slugs.filter((_, index) => on[index]);
    },
    async chargeOf(slug, upstreamId) {
      try {
        const provider = (await catalogue()).provider(slug);
        const key = provider && (await readProviderKey(provider, env));
        if (!provider || key === null) return "error";
        const path = `/generation?id=${encodeURIComponent(upstreamId)}`;
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const authorization = await authorize(provider, "bearer", key, { path, body: "", signal });
        if ("failure" in authorization) return "error";
        return await readCharge(await askUpstream(provider, path, authorization.headers, signal));
      } catch {
        // What went wrong may name the upstream's address, and is nobody's business; that it did is counted.
        return "error";
      }
    },
  };
}

async function readCharge(response: Response): Promise<Charge> {
  const text = await readText(response, MAX_BYTES);
  if (response.status === 404) return "unknown";
  const answer = response.ok && text !== undefined ? answerSchema.safeParse(parseJson(text)) : undefined;
  if (!answer?.success) return "error";
  const { total_cost: totalCost } = answer.data.data;
  return totalCost == null ? "unknown" : { nanoUsd: toNanoUsd(totalCost) };
}

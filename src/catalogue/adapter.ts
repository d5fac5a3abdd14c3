import type { Pricing } from "../schema/pricing.ts";
import type { Endpoint, Model } from "./catalogue.ts";

/** What an adapter has of its own. */
interface Adapter {
  name: string;
  /** Its name at the provider. */
  upstreamModel: string;
  /** Absent: it costs what its base does. */
  pricing: Pricing | undefined;
}

/** An adapter as a model: the endpoints of its base under the adapter's name, so that it is booked and measured apart. */
export function adaptModel(base: Model, { name, upstreamModel, pricing }: Adapter): Model {
  const endpoints = base.endpoints.map((endpoint): Endpoint => {
    const priced = pricing ?? endpoint.pricing;
    return {
      ...endpoint,
      id: name + endpoint.id.slice(endpoint.modelId.length),
      modelId: name,
      adapterOf: base.id,
      upstreamModel,
      pricing: priced,
      row: { ...endpoint.row, model: upstreamModel, pricing: priced },
    };
  });
  const { canonical_slug: _, ...row } = base.row;
  return { id: name, row: { ...row, endpoints: endpoints.map((endpoint) => endpoint.row) }, endpoints };
}

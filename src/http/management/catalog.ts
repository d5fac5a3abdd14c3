import { invalidField } from "../../errors.ts";
import { checkCatalogue, readCatalogue, storeCatalogue } from "../../store/catalogue.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { readJsonBody } from "../read-body.ts";
import { checkSettings } from "./catalog-settings.ts";

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
  const document = await checkCatalogue(await readJsonBody(c.req.raw), c.env.MASTER_KEYS);
  checkSettings(document);
  if (dryRun === "false") await storeCatalogue(c.env.KV, document);
  return c.json(document);
}

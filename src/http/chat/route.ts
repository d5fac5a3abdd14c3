import { dryRun } from "../../dispatch/dry-run.ts";
import { explainEmpty } from "../../routing/explain-empty.ts";
import { splitEndpointId } from "../../routing/outline.ts";
import { parseChatRequest } from "../../schema/chat.ts";
import { identify } from "../authenticate.ts";
import { asMeant } from "../dialects/as-meant.ts";
import { dialectOf } from "../dialects/choose.ts";
import type { AppContext } from "../env.ts";
import { toErrorObject } from "../error-response.ts";
import { withPreset } from "../management/presets.ts";
import { readChatBody } from "../read-body.ts";
import { catalogueFor } from "../team-catalogue.ts";
import { rulesFor } from "./admission.ts";
import { planRequest } from "./planning.ts";

/** Management keys have no conversations; what they ask is not theirs to go on with. */
const NOBODY = "management";

/**
 * POST /route: what POST /chat/completions would do with the same body, without calling anyone or keeping anything.
 * A body that it would refuse gets the same error. A request that nobody can serve gets its plan, with the error in it.
 */
export async function postRoute(c: AppContext): Promise<Response> {
  const caller = await identify(c);
  const asked = parseChatRequest((await readChatBody(c.req.raw)).json);
  const dialect = dialectOf(c);
  const { chat: filled, preset } = await withPreset(c.env.KV, asked);
  const chat = asMeant(filled, dialect);
  const catalogue = await catalogueFor(
    c,
    caller.kind === "key" ? { team: caller.team.id, key: caller.key } : undefined,
  );
  const owner = caller.kind === "key" ? caller.key.hash : NOBODY;
  const planFor = { owner, ...(caller.kind === "key" && { rules: rulesFor(caller) }) };
  let planned = planRequest(c, chat, catalogue, planFor);
  if (planned.plan.hasTargets) {
    const { createPassage } = await import("./passage.ts");
    planned = await createPassage(c, "dry-run", planned).look(planned, (traffic, seed) =>
      planRequest(c, chat, catalogue, { ...planFor, traffic, seed }),
    );
  }
  const { plan, route, record } = planned;
  const { seed, sticky } = record;
  const data = {
    ...(await dryRun({ chat, route, plan, atMs: Date.now(), defaults: dialect?.defaultsFor?.(chat) })),
    ...(plan.candidates.length === 0 && { error: toErrorObject(explainEmpty(plan, route, Date.now())) }),
    ...(preset && { preset: `${preset.slug}@${preset.version}` }),
    ...(sticky && { sticky: splitEndpointId(sticky.endpointId) }),
    seed,
  };
  return c.json({ data });
}

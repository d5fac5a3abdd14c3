import type { Model } from "../../catalogue/catalogue.ts";
import { joinPreferences } from "../../routing/policy.ts";
import { resolveModels } from "../../routing/resolve.ts";
import { rulesFor } from "../chat/admission.ts";
import type { PlanFor } from "../chat/planning.ts";
import type { AppContext } from "../env.ts";
import { usableEndpoints } from "../models/usable.ts";
import { catalogueFor } from "../team-catalogue.ts";
import type { SidePayer } from "./side-calls.ts";

/** What names are looked up for when nothing is asked of their models. */
const NO_REQUEST = {
  ...{ models: [], preferences: {}, parameters: [], inputs: [], outputs: [] },
  prompt: { text: 0, tools: 0, media: 0, total: 0, least: 0 },
};

/** The models that a name leads to. Throws for one that stands for nothing here, or for nothing within the rules. */
export async function modelsNamed(
  c: AppContext,
  payer: SidePayer,
  name: string,
  rules: PlanFor["rules"] = rulesFor(payer),
): Promise<Model[]> {
  const { tracks } = resolveModels({
    ...{ request: { ...NO_REQUEST, model: name }, policy: joinPreferences(), ...rules },
    catalogue: await catalogueFor(c, { team: payer.team.id, key: payer.key }),
    ...{ isConfigured: usableEndpoints(c), nowMs: Date.now(), random: () => 0 },
  });
  return tracks.map(({ model }) => model);
}

import { RouterError } from "../../errors.ts";
import { comparePlans, outlinePlan, type PlanOutline, splitEndpointId } from "../../routing/outline.ts";
import { type Plan, planCandidates } from "../../routing/plan.ts";
import { seededRandom } from "../../routing/random.ts";
import type { RoutedCatalogue } from "../../routing/team-keys.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import { type RecordedPlan, recordedPlanSchema } from "../../schema/plan-record.ts";
import { readKey } from "../../store/keys.ts";
import { coldAt, ISOLATE } from "../chat/planning.ts";
import type { AppContext } from "../env.ts";
import { toErrorObject } from "../error-response.ts";
import { usableEndpoints } from "../models/usable.ts";
import { catalogueFor } from "../team-catalogue.ts";
import { findGeneration } from "./generation.ts";

/** A request whose names stand for nothing any more has no candidates. */
const NOTHING: PlanOutline = { candidates: [], excluded: {} };

/**
 * GET /generation/replay?id= : the plan by which a generation was routed, and the one that its request gets now: by
 * the same function from what was recorded, with the catalogue, the keys and the health of this moment. 404 where no
 * plan was kept, 409 where it cannot be read.
 */
export async function getReplay(c: AppContext): Promise<Response> {
  const generation = await findGeneration(c);
  const recorded = readPlan(generation);
  const key = await readKey(c.env.KV, generation.keyHash);
  const catalogue = await catalogueFor(c, key && { team: generation.team, key });
  const nowMs = Date.now();
  const today = planAgain(c, recorded, catalogue, nowMs);
  const outline = today instanceof RouterError ? NOTHING : outlinePlan(today);
  const { same, gained, lost, moved, changed } = comparePlans(recorded, outline);
  const data = {
    id: generation.id,
    created_at: new Date(generation.createdAtMs).toISOString(),
    planned_at: new Date(nowMs).toISOString(),
    request: recorded.request,
    seed: recorded.seed,
    ...(recorded.sticky && { sticky: splitEndpointId(recorded.sticky.endpointId) }),
    recorded: toWire(recorded),
    today: {
      ...(today instanceof RouterError
        ? { error: toErrorObject(today) }
        : { requested: today.requested, strategy: today.strategy, models: today.models }),
      ...toWire(outline),
    },
    difference: {
      same,
      gained: gained.map(named),
      lost: lost.map(named),
      moved: moved.map(named),
      changed: changed.map(named),
    },
  };
  return c.json({ data });
}

function readPlan({ id, plan, responseCacheSourceId }: GenerationRecord): RecordedPlan {
  if (responseCacheSourceId !== undefined) {
    const message = `Generation ${id} was answered from the response cache and has no plan; see ${responseCacheSourceId}.`;
    throw new RouterError("not_found", message);
  }
  if (!plan) throw new RouterError("not_found", `Generation ${id} was kept without its plan.`);
  const parsed = recordedPlanSchema.safeParse(plan);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `The plan of generation ${id} was kept by another version of this router and cannot be made again.`;
  throw new RouterError("conflict", message, { metadata: { field: issue?.path.join(".") ?? "" } });
}

/** The plan of now, or why the request's names lead nowhere. */
function planAgain(
  c: AppContext,
  recorded: RecordedPlan,
  catalogue: RoutedCatalogue,
  nowMs: number,
): Plan | RouterError {
  const { request, seed, sticky } = recorded;
  try {
    return planCandidates({
      request,
      catalogue,
      health: ISOLATE.health.at(nowMs),
      isConfigured: usableEndpoints(c),
      nowMs,
      random: seededRandom(seed),
      sticky,
      cold: coldAt(ISOLATE, nowMs),
    });
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
}

function toWire({ candidates, excluded }: PlanOutline) {
  return {
    candidates: candidates.map(([id, reason]) => ({ ...splitEndpointId(id), reason })),
    excluded: Object.entries(excluded).flatMap(([reason, ids]) =>
      ids.map((id) => ({ ...splitEndpointId(id), reason })),
    ),
  };
}

function named<Item extends { endpointId: string }>({ endpointId, ...rest }: Item) {
  return { ...splitEndpointId(endpointId), ...rest };
}

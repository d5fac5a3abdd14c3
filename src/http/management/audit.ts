import type { MiddlewareHandler, Next } from "hono";
import { matchedRoutes } from "hono/route";
import * as z from "zod";
import { invalidField } from "../../errors.ts";
import { type AuditAction, appendAudit, listAudit, verifyAudit } from "../../ledger/audit.ts";
import { type Actor, describeFields, type Intent } from "../../schema/audit.ts";
import { projectNamed } from "../acting.ts";
import {
  managementOnly as authenticate,
  teamManagementOnly as authenticateAny,
  identify,
  type ManagementCaller,
  requireManagement,
} from "../authenticate.ts";
import type { AppContext, AppEnv } from "../env.ts";
import { readJsonBody } from "../read-body.ts";
import { readNumber } from "../read-fields.ts";
import { readTime } from "../reports/report-query.ts";

/** Lets only management keys of the installation pass; what they change is on record. */
export const managementOnly = audited(authenticate());

/** Lets management keys pass, also a team's own: the handler must ask `mayManage`. What they change is on record. */
export const teamManagementOnly = audited(authenticateAny());

/** Lets any key pass to what belongs to a project; what a management key changes there is on record. */
export const projectChange: MiddlewareHandler<AppEnv> = async function auditManagement(c, next) {
  const { kind } = await identify(c);
  await (kind === "management" ? audit(c, next) : next());
};

/**
 * Audit is a part of letting pass, so that no route can forget it. What is going to be done is written down before it
 * is done, and when that is not possible it is not done: a 503. How it ended is written before the answer is given.
 */
function audited(guard: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  return function guardAndAudit(c, next) {
    return guard(c, async () => {
      const isChange = !["GET", "HEAD", "OPTIONS"].includes(c.req.method);
      // Two patterns may lead the same request here twice.
      await (isChange && !c.get("isAudited") ? audit(c, next) : next());
    });
  };
}

async function audit(c: AppContext, next: Next): Promise<void> {
  c.set("isAudited", true);
  const intent = await toIntent(c, await requireManagement(c));
  await appendAudit(c.env.AUDIT, intent);
  await next();
  const { team = intent.team, object = null } = await readOutcome(c.res, intent.route);
  const { id } = intent;
  try {
    await appendAudit(c.env.AUDIT, { kind: "result", id, atMs: Date.now(), team, status: c.res.status, object });
  } catch (error) {
    // It is done, and on record as under way; to keep its answer back would only lose a key that is shown once.
    console.error(`audit: the end of action ${id} is not on record`, String(error));
  }
}

/** Of a longer one the rest says nothing. */
const MAX_TEXT_CHARS = 500;

async function toIntent(c: AppContext, caller: ManagementCaller): Promise<Intent> {
  const headers = c.req.raw.headers;
  const body = await readFields(c.req.raw);
  const { pathname, search } = new URL(c.req.url);
  const text = (value: string | null) => value?.slice(0, MAX_TEXT_CHARS) ?? null;
  const named = body.workspace_id ?? c.req.query("workspace_id") ?? projectNamed(c);
  return {
    kind: "intent",
    id: crypto.randomUUID(),
    atMs: Date.now(),
    team: caller.team?.id ?? (typeof named === "string" ? named : null),
    actor: toActor(caller),
    method: c.req.method,
    route: routeOf(c),
    target: (withoutMount(pathname) + search).slice(0, MAX_TEXT_CHARS),
    fields: describeFields(body),
    ip: text(headers.get("cf-connecting-ip")),
    userAgent: text(headers.get("user-agent")),
    requestId: text(headers.get("cf-ray") ?? headers.get("x-request-id")),
  };
}

function toActor({ key }: ManagementCaller): Actor {
  if (!key) return { kind: "bootstrap" };
  return { kind: "management_key", hash: key.hash, label: key.label, name: key.name };
}

/** The pattern that leads to the handler; the path itself where there is none. */
function routeOf(c: AppContext): string {
  const handler = matchedRoutes(c).findLast(({ method }) => method === c.req.method);
  return withoutMount(handler?.path ?? c.req.path);
}

function withoutMount(path: string): string {
  return path.replace(/^\/(?:api\/)?v1(?=\/)/, "");
}

/** What the body says; a body that cannot be read is refused by its handler. */
async function readFields(request: Request): Promise<Record<string, unknown>> {
  try {
    const json = await readJsonBody(request.clone());
    return typeof json === "object" && json !== null ? Object.fromEntries(Object.entries(json)) : {};
  } catch {
    return {};
  }
}

const outcomeSchema = z.object({
  data: z.looseObject({
    workspace_id: z.string().nullish(),
    project_id: z.string().nullish(),
    hash: z.string().nullish(),
    id: z.string().nullish(),
    slug: z.string().nullish(),
  }),
});

/** What an answer says about what was made or changed. */
async function readOutcome(
  answer: Response,
  route: string,
): Promise<{ team?: string | undefined; object?: string | undefined }> {
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("application/json")) return {};
  const parsed = outcomeSchema.safeParse(await answer.clone().json());
  if (!parsed.success) return {};
  const { workspace_id, project_id, hash, id, slug } = parsed.data.data;
  const team = workspace_id ?? project_id;
  const isTeam = /^\/(?:workspaces|projects)(?:\/:id)?$/.test(route);
  return { team: team ?? (isTeam ? id : undefined) ?? undefined, object: hash ?? id ?? slug ?? undefined };
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
/** No entry comes so late. */
const LAST = Number.MAX_SAFE_INTEGER;

/** GET /audit?from=&to=&cursor=&limit= : actions, newest first; `to` is not included unless it is a date. A team's management key sees those of its team. */
export async function getAudit(c: AppContext): Promise<Response> {
  const { team } = await requireManagement(c);
  const limit = readNumber(c, "limit", { from: 1, to: MAX_LIMIT, otherwise: DEFAULT_LIMIT });
  const actions = await listAudit(c.env.AUDIT, {
    fromMs: readTime(c, "from", { endsDay: false }),
    toMs: readTime(c, "to", { endsDay: true }),
    before: readNumber(c, "cursor", { from: 1, to: LAST, otherwise: LAST }),
    team: team?.id,
    limit,
  });
  const last = actions.length === limit ? actions.at(-1) : undefined;
  return c.json({ data: actions.map(toWire), next_cursor: last ? String(last.seq) : null });
}

/**
 * GET /audit/verify?seq=&hash= : reads the whole chain again. The head that it gives, noted elsewhere and brought back
 * later, shows whether anything up to there was written anew.
 */
export async function getAuditVerdict(c: AppContext): Promise<Response> {
  const seq = readNumber(c, "seq", { from: 0, to: LAST, otherwise: 0 });
  const hash = c.req.query("hash");
  if ((seq === 0) !== (hash === undefined)) throw invalidField("hash", "goes together with seq");
  const noted = hash === undefined ? undefined : { seq, hash };
  const { ok, entries, firstBad, head } = await verifyAudit(c.env.AUDIT, noted);
  return c.json({ data: { ok, entries, ...(firstBad !== undefined && { first_bad: firstBad }), head } });
}

function toWire({ seq, intent, result }: AuditAction): Record<string, unknown> {
  return {
    id: intent.id,
    seq,
    at: new Date(intent.atMs).toISOString(),
    actor: intent.actor,
    method: intent.method,
    route: intent.route,
    target: intent.target,
    fields: intent.fields,
    workspace_id: result?.team ?? intent.team,
    /** Null: its end is not on record, so it may have been done or not. */
    status: result?.status ?? null,
    object: result?.object ?? null,
    ip: intent.ip,
    user_agent: intent.userAgent,
    request_id: intent.requestId,
  };
}

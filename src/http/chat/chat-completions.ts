import { type Answer, type Dispatch, dispatch } from "../../dispatch/dispatch.ts";
import { explainUnplanned } from "../../dispatch/explain.ts";
import type { GenerationIdentity } from "../../dispatch/record.ts";
import { RouterError } from "../../errors.ts";
import { presetNamed } from "../../routing/preset.ts";
import { type ChatRequest, parseChatRequest } from "../../schema/chat.ts";
import { createGenerationId } from "../../schema/generation-id.ts";
import type { ApiKey } from "../../schema/key.ts";
import type { Team } from "../../schema/team.ts";
import { requireKey } from "../authenticate.ts";
import { asMeant } from "../dialects/as-meant.ts";
import { dialectOf } from "../dialects/choose.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { errorResponse } from "../error-response.ts";
import { type AppliedPreset, withPreset } from "../management/presets.ts";
import { readChatBody } from "../read-body.ts";
import { betasOf, clientFacts, deadlineOf, hopsOf, wantsMetadata } from "../request-headers.ts";
import { REQUEST_ID_HEADER, requestIdOf } from "../request-id.ts";
import { catalogueFor } from "../team-catalogue.ts";
import { type Held, holdFor, rulesFor } from "./admission.ts";
import { bookedWith, storesOf } from "./booking.ts";
import { contentLogFor } from "./content-log.ts";
import { mustOutliveClient, runErrand } from "./errand.ts";
import type { Extras } from "./extras.ts";
import { withHashedUser } from "./hashed-user.ts";
import { inTime, lateBody } from "./late-answer.ts";
import type { Passage } from "./passage.ts";
import { type PlanFor, type PlannedRequest, planRequest } from "./planning.ts";
import { type CacheVisit, keptBy, readCacheWish, repeatResponse, toCacheRecord, visitCache } from "./response-cache.ts";
import { boundByDefault } from "./worst-case.ts";

/** A chat request that has been read, and whose it is. */
interface Call {
  id: string;
  createdAtMs: number;
  key: ApiKey;
  team: Team;
  dialect: Dialect | undefined;
  /** As it was sent, with its preset. */
  sent: ChatRequest;
  bytes: Bytes;
  visit: CacheVisit | undefined;
  caller: Omit<GenerationIdentity, "plan">;
  rules: ReturnType<typeof rulesFor>;
  stores: ReturnType<typeof storesOf>;
  hasExtras: boolean;
}

/** How far it has come: what must be given back when it goes wrong. */
interface Progress {
  /** What goes on: after checks and retrieval another one than was sent. */
  chat: ChatRequest;
  extras?: Extras;
  log?: ReturnType<typeof contentLogFor>;
  passage?: Passage | undefined;
  held?: Held;
  hasRecord: boolean;
}

/** POST /chat/completions */
export async function chatCompletions(c: AppContext): Promise<Response> {
  const call = await readCall(c);
  const { sent, visit, rules, stores, caller, dialect } = call;
  // What has been forbidden since is not given from the cache either.
  if (visit?.found && rules?.allowsModel?.(visit.found.source.modelId) !== false) {
    stores.settle(toCacheRecord(visit.found, caller));
    return repeatResponse(visit.found, caller, dialect?.style(sent));
  }
  const progress: Progress = { chat: sent, hasRecord: false };
  // What is kept is what goes on, after personal data was replaced.
  if (!call.hasExtras) progress.log = contentLogFor(c, sent, call);
  try {
    return await answerCall(c, call, progress);
  } catch (error) {
    giveBack(progress);
    progress.log?.failed(error);
    if (wantsMetadata(c) && error instanceof RouterError) error.routing ??= explainUnplanned(progress.chat, error);
    // An id tells of a record that can be asked for.
    return errorResponse(error, progress.hasRecord ? call.id : undefined, dialect);
  }
}

async function readCall(c: AppContext): Promise<Call> {
  const { key, team, userId } = await requireKey(c);
  const dialect = dialectOf(c);
  const { chat: sent, preset, visit, bytes } = await readRequest(c, { key, team, dialect });
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const owner = { keyHash: key.hash, account: key.account, team: team.id };
  return {
    ...{ id, createdAtMs, key, team, dialect, sent, bytes, visit },
    caller: { id, createdAtMs, ...owner, client: clientFacts(c, sent, { preset, userId }) },
    rules: rulesFor({ key, team }),
    stores: storesOf(c.env, { team: team.id, key }, waitUntilOf(c)),
    hasExtras: wantsExtras(sent, key, team),
  };
}

function giveBack({ held, passage }: Progress): void {
  held?.end(false);
  passage?.abandon();
}

/** Checks and retrieval, the plan, the gates, the budget, the walk: in this order, each before anything of the next. */
async function answerCall(c: AppContext, call: Call, progress: Progress): Promise<Response> {
  const { id, key, team, sent, rules, dialect } = call;
  const catalogue = await catalogueFor(c, { team: team.id, key });
  const planFor = (asked: ChatRequest, gates: Pick<PlanFor, "traffic" | "seed"> = {}) => {
    const planned = planRequest(c, asked, catalogue, { owner: key.account, rules, ...gates });
    const defaults = dialect?.defaultsFor?.(planned.chat);
    if (defaults) boundByDefault(planned.route, planned.plan, defaults);
    return planned;
  };
  const becomesErrand = ({ plan }: PlannedRequest) => !c.env.IS_ERRAND && mustOutliveClient(plan);
  if (call.hasExtras) {
    const planned = planFor(sent);
    // An errand makes the checks itself.
    if (becomesErrand(planned)) return runErrand(c, call.bytes);
    // For what nobody can serve nothing is paid. It ends with this very plan: another one might find somebody, unchecked.
    if (planned.plan.candidates.length === 0) return admitAndRespond(c, call, progress, planned);
    const { prepareExtras } = await import("./extras.ts");
    progress.extras = await prepareExtras(c, { id, chat: sent, key, team, catalogue });
    progress.chat = progress.extras.chat;
    progress.log = contentLogFor(c, progress.chat, call);
  }
  const { chat } = progress;
  let planned = planFor(chat);
  if (becomesErrand(planned)) return runErrand(c, call.bytes);
  if (planned.plan.hasTargets) {
    const { passGates } = await import("./passage.ts");
    const passed = await passGates(c, id, planned, (traffic, seed) => planFor(chat, { traffic, seed }));
    ({ planned } = passed);
    progress.passage = passed.passage;
  }
  return admitAndRespond(c, call, progress, planned);
}

async function admitAndRespond(
  c: AppContext,
  call: Call,
  progress: Progress,
  planned: PlannedRequest,
): Promise<Response> {
  const { id, key, team, dialect } = call;
  const { plan, route } = planned;
  const defaults = dialect?.defaultsFor?.(planned.chat);
  const judges = progress.extras?.judges;
  const others = await judges?.calls(planned);
  progress.held = await holdFor(c, { id, key, team, plan, route, chat: planned.chat, ...(others && { others }) });
  if (others) judges?.admitted(others);
  return respond(c, call, progress, { ...planned, defaults });
}

type Planned = PlannedRequest & Pick<Dispatch, "defaults">;

async function respond(c: AppContext, call: Call, progress: Progress, planned: Planned): Promise<Response> {
  const { id, dialect, visit } = call;
  const { held, passage, extras, chat } = progress;
  if (!held) throw new Error("nothing is held for this request");
  const keeper = visit?.found ? undefined : visit?.keeper;
  const booked = bookedWith(held, keeper ? keptBy(keeper, call.stores) : call.stores, () => {
    progress.hasRecord = true;
  });
  const asked: Dispatch = {
    chat: await withHashedUser(held.chat),
    route: planned.route,
    plan: planned.plan,
    identity: { ...call.caller, plan: planned.record },
    ...planned.watch,
    ...{ wantsMetadata: wantsMetadata(c), betas: betasOf(c), deadlineMs: deadlineOf(c), hops: hopsOf(c) },
    ...{ outlivesClient: c.env.IS_ERRAND === true, signal: c.req.raw.signal, waitUntil: waitUntilOf(c) },
    ...(progress.log ? progress.log.listen(booked) : booked),
    extras: extras?.answer,
    style: dialect?.style(call.sent),
    defaults: planned.defaults,
  };
  const dispatched = passage ? passage.guide(asked) : asked;
  const isStream = chat.stream === true;
  const answer = await (isStream
    ? streamedAnswer(dispatched, () => giveBack(progress), dialect)
    : dispatch(dispatched));
  const headers: Record<string, string> = { ...answerHeaders(id, isStream, answer), ...extras?.headers };
  keeper?.onHeaders(headers);
  headers[REQUEST_ID_HEADER] = dialect?.requestId ?? requestIdOf(c.req.raw);
  return new Response(answer.body, { headers: { ...headers, ...keeper?.headers } });
}

/** Whether more is asked for than an answer, by the request or by those that it is for. */
function wantsExtras({ input, output, rag_params }: ChatRequest, key: ApiKey, team: Team): boolean {
  return !!(input || output || rag_params || key.checks || team.checks);
}

/** Of an answer that is late nothing is known but that it is under way. */
async function streamedAnswer(request: Dispatch, release: () => void, dialect: Dialect | undefined): Promise<Answer> {
  let leave = () => {};
  const answering = dispatch({
    ...request,
    onStart(stop) {
      leave = stop;
    },
  });
  const answer = await inTime(answering);
  if (!answer) answering.catch(release);
  return answer ?? { body: lateBody(answering, () => leave(), dialect), ...NO_NOTES };
}

const NO_NOTES: Omit<Answer, "body"> = { droppedParameters: [], formatNote: undefined, compressionNote: undefined };

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** A request with its preset, and what the response cache has for it, where it is asked. */
async function readRequest(
  c: AppContext,
  { key, team, dialect }: { key: ApiKey; team: Team; dialect: Dialect | undefined },
): Promise<{ chat: ChatRequest; preset?: AppliedPreset | undefined; visit?: CacheVisit; bytes: Bytes }> {
  const { json, bytes } = await readChatBody(c.req.raw);
  const sent = parseChatRequest(json);
  const isPreset = key.preset !== null && presetNamed(sent) === undefined;
  const { chat: filled, preset } = await withPreset(c.env.KV, isPreset ? { ...sent, preset: key.preset } : sent);
  const chat = asMeant(filled, dialect);
  const wish = readCacheWish(c.req.raw.headers, preset);
  // What is checked is checked anew, and what is looked up may have changed.
  if (wish.mode === "off" || wantsExtras(chat, key, team)) return { chat, preset, bytes };
  const model = chat.model || team.defaultTextModel;
  const project = key.team === null ? team.id : undefined;
  const surface = { dialect: dialect?.name, project, isStream: chat.stream === true };
  const question = { ...surface, model, presetVersion: preset?.version, body: bytes };
  const asked = { endpointType: "chat" as const, ...question };
  return { chat, preset, visit: await visitCache(c.env.RESPONSES, key.account, asked, wish, waitUntilOf(c)), bytes };
}

/** Beside the contract's headers, what was done to the request: nothing is dropped or arranged silently. */
function answerHeaders(id: string, isStream: boolean, notes: Omit<Answer, "body">): Record<string, string> {
  const { droppedParameters, formatNote, compressionNote } = notes;
  const headers: Record<string, string> = {
    "content-type": isStream ? "text/event-stream" : "application/json",
    "cache-control": "no-cache",
    "x-generation-id": id,
  };
  if (droppedParameters.length > 0) headers["x-pointsman-dropped"] = droppedParameters.join(", ");
  if (formatNote !== undefined) headers["x-pointsman-response-format"] = formatNote;
  if (compressionNote !== undefined) headers["x-pointsman-compression"] = compressionNote;
  return headers;
}

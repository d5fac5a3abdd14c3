import { type Answer, type Dispatch, dispatch } from "../dispatch/dispatch.ts";
import { explainUnplanned } from "../dispatch/explain.ts";
import { RouterError } from "../errors.ts";
import { presetNamed } from "../routing/preset.ts";
import { type ChatRequest, parseChatRequest } from "../schema/chat.ts";
import { createGenerationId } from "../schema/generation-id.ts";
import type { ApiKey } from "../schema/key.ts";
import type { Team } from "../schema/team.ts";
import { type Held, holdFor, rulesFor } from "./admission.ts";
import { requireKey } from "./authenticate.ts";
import { bookedWith, storesOf } from "./booking.ts";
import { contentLogFor } from "./content-log.ts";
import { asMeant } from "./dialects/as-meant.ts";
import { dialectOf } from "./dialects/choose.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import { mustOutliveClient, runErrand } from "./errand.ts";
import { errorResponse } from "./error-response.ts";
import type { Extras } from "./extras.ts";
import { withHashedUser } from "./hashed-user.ts";
import { inTime, lateBody } from "./late-answer.ts";
import type { Passage } from "./passage.ts";
import { planRequest } from "./planning.ts";
import { type AppliedPreset, withPreset } from "./presets.ts";
import { readJsonAndBytes } from "./read-body.ts";
import { betasOf, clientFacts, deadlineOf, hopsOf, wantsMetadata } from "./request-headers.ts";
import { REQUEST_ID_HEADER, requestIdOf } from "./request-id.ts";
import { type CacheVisit, keptBy, readCacheWish, repeatResponse, toCacheRecord, visitCache } from "./response-cache.ts";
import { catalogueFor } from "./team-catalogue.ts";
import { boundByDefault } from "./worst-case.ts";

/** POST /chat/completions */
export async function chatCompletions(c: AppContext): Promise<Response> {
  const { key, team, userId } = await requireKey(c);
  const waitUntil = waitUntilOf(c);
  const dialect = dialectOf(c);
  const { chat: sent, preset, visit, bytes } = await readRequest(c, { key, team, dialect });
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const owner = { keyHash: key.hash, account: key.account, team: team.id };
  const caller = { id, createdAtMs, ...owner, client: clientFacts(c, sent, { preset, userId }) };
  const style = dialect?.style(sent);
  const stores = storesOf(c.env, { team: team.id, key }, waitUntil);
  const rules = rulesFor({ key, team });
  // What has been forbidden since is not given from the cache either.
  if (visit?.found && rules?.allowsModel?.(visit.found.source.modelId) !== false) {
    stores.settle(toCacheRecord(visit.found, caller));
    return repeatResponse(visit.found, caller, style);
  }
  let held: Held | undefined;
  let passage: Passage | undefined;
  let hasRecord = false;
  const hasExtras = wantsExtras(sent, key, team);
  const logOf = (chat: ChatRequest) => contentLogFor(c, chat, { id, createdAtMs, key, team });
  // What is kept is what goes on, after personal data was replaced.
  let log = hasExtras ? undefined : logOf(sent);
  let chat = sent;
  let extras: Extras | undefined;
  const isWhyWanted = wantsMetadata(c);
  try {
    const catalogue = await catalogueFor(c, { team: team.id, key });
    const planFor = { owner: key.account, rules };
    if (hasExtras) {
      // An errand makes the checks itself.
      if (!c.env.IS_ERRAND && mustOutliveClient(planRequest(c, sent, catalogue, planFor).plan))
        return await runErrand(c, bytes);
      const { prepareExtras } = await import("./extras.ts");
      extras = await prepareExtras(c, { id, chat: sent, key, team, catalogue });
      chat = extras.chat;
      log = logOf(chat);
    }
    let planned = planRequest(c, chat, catalogue, planFor);
    if (!c.env.IS_ERRAND && mustOutliveClient(planned.plan)) return await runErrand(c, bytes);
    if (planned.plan.hasTargets) {
      const { passGates } = await import("./passage.ts");
      ({ planned, passage } = await passGates(c, id, planned, (traffic, seed) =>
        planRequest(c, chat, catalogue, { ...planFor, traffic, seed }),
      ));
    }
    const { plan, route, record, watch } = planned;
    const defaults = dialect?.defaultsFor?.(planned.chat);
    if (defaults) boundByDefault(route, plan, defaults);
    held = await holdFor(c, { id, key, team, plan, route, chat: planned.chat });
    const request = { chat: await withHashedUser(held.chat), route, plan, identity: { ...caller, plan: record } };
    const wishes = { wantsMetadata: isWhyWanted, betas: betasOf(c), deadlineMs: deadlineOf(c), hops: hopsOf(c) };
    const setting = { outlivesClient: c.env.IS_ERRAND === true, signal: c.req.raw.signal, waitUntil };
    const keeper = visit?.found ? undefined : visit?.keeper;
    const booked = bookedWith(held, keeper ? keptBy(keeper, stores) : stores, () => {
      hasRecord = true;
    });
    const books = log ? log.listen(booked) : booked;
    const asked = {
      ...request,
      ...watch,
      ...wishes,
      ...setting,
      ...books,
      extras: extras?.answer,
      style,
      defaults,
    };
    const dispatched = passage ? passage.guide(asked) : asked;
    const release = () => {
      held?.end(false);
      passage?.abandon();
    };
    const answer = await (chat.stream === true ? streamedAnswer(dispatched, release, dialect) : dispatch(dispatched));
    const headers: Record<string, string> = { ...answerHeaders(id, chat.stream === true, answer), ...extras?.headers };
    keeper?.onHeaders(headers);
    headers[REQUEST_ID_HEADER] = dialect?.requestId ?? requestIdOf(c.req.raw);
    return new Response(answer.body, { headers: { ...headers, ...keeper?.headers } });
  } catch (error) {
    held?.end(false);
    passage?.abandon();
    log?.failed(error);
    if (isWhyWanted && error instanceof RouterError) error.routing ??= explainUnplanned(chat, error);
    // An id tells of a record that can be asked for.
    return errorResponse(error, hasRecord ? id : undefined, dialect);
  }
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
  const { json, bytes } = await readJsonAndBytes(c.req.raw);
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

import { invalidField, RouterError } from "../../errors.ts";
import type { GenerationQuery } from "../../ledger/generations.ts";
import type { RecordPage } from "../../ledger/merge.ts";
import { readGenerations } from "../../ledger/read-reports.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import { type Caller, identify } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { readNumber } from "../read-fields.ts";
import { type Cell, csvLine, csvResponse, toDecimalUsd } from "./csv.ts";
import { generationToWire } from "./generation.ts";
import { readAccounts, readChoice, readTeams, readTime } from "./report-query.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** Records of a table that are in memory at a time. */
const TABLE_PAGE = 500;

/** What is exported: records of some teams, one team after the other, each with its oldest first, to the second. */
interface Export {
  teams: string[];
  query: Omit<GenerationQuery, "afterId" | "limit">;
}

/** Where a page begins: in which of the teams, and behind which id. */
interface Position {
  team: string;
  afterId?: string | undefined;
}

/**
 * GET /generations?from=&to=&api_key_hash=&user_id=&workspace_id=&limit=&cursor=&format= : records of generations, a key's
 * own or all that a management key manages. JSON comes in pages: `next_cursor` begins the next one. CSV comes whole
 * unless there is a `limit`, and is read as fast as the client takes it.
 */
export async function getGenerations(c: AppContext): Promise<Response> {
  const caller = await identify(c);
  const format = readChoice(c, "format", ["json", "csv"]);
  const limit = readNumber(c, "limit", {
    from: 1,
    to: format === "json" ? MAX_LIMIT : Number.MAX_SAFE_INTEGER,
    otherwise: format === "json" ? DEFAULT_LIMIT : Number.MAX_SAFE_INTEGER,
  });
  const fromMs = readTime(c, "from", { endsDay: false }) ?? 0;
  const toMs = readTime(c, "to", { endsDay: true }) ?? Math.max(fromMs, Date.now() + 60_000);
  if (fromMs > toMs) throw invalidField("from", "must not be later than to");
  const teams = (await readTeams(c, caller)).map(({ id }) => id);
  const wanted: Export = { teams, query: { fromMs, toMs, accounts: await ownAccounts(c, caller) } };
  const start = readCursor(c, teams);
  if (format === "csv") return csvResponse("generations", await toTable(c, wanted, { start, limit }));
  const { records, next } = await readPage(c, wanted, start, limit);
  return c.json({ data: records.map(generationToWire), next_cursor: next ? encode(next) : null });
}

/** A key sees its own records, whichever keys it asks for. */
async function ownAccounts(c: AppContext, caller: Caller): Promise<string[] | undefined> {
  const accounts = await readAccounts(c);
  if (caller.kind === "management") return accounts;
  const { account } = caller.key;
  if (accounts && !accounts.includes(account)) throw new RouterError("not_found", "API key not found");
  return [account];
}

/** A page that goes on with the next team where one ends. */
async function readPage(
  c: AppContext,
  { teams, query }: Export,
  start: Position | undefined,
  limit: number,
): Promise<{ records: GenerationRecord[]; next: Position | undefined }> {
  const records: GenerationRecord[] = [];
  let position = start;
  while (position && records.length < limit) {
    const { team, afterId } = position;
    const asked = { ...query, afterId, limit: limit - records.length };
    const page: RecordPage = await readGenerations(c.env.LEDGER, team, asked);
    records.push(...page.records);
    const following: string | undefined = teams[teams.indexOf(team) + 1];
    if (page.nextAfterId !== null) position = { team, afterId: page.nextAfterId };
    else position = following === undefined ? undefined : { team: following };
  }
  return { records, next: position };
}

function encode({ team, afterId = "" }: Position): string {
  return new TextEncoder().encode(`${team}/${afterId}`).toBase64({ alphabet: "base64url", omitPadding: true });
}

function readCursor(c: AppContext, teams: string[]): Position | undefined {
  const cursor = c.req.query("cursor");
  if (!cursor) return teams[0] === undefined ? undefined : { team: teams[0] };
  const [, team, afterId] = /^([^/]*)\/(.*)$/.exec(decode(cursor)) ?? [];
  // A cursor of other teams must not lead there.
  if (team === undefined || !teams.includes(team)) throw invalidField("cursor", "must be the next_cursor of a page");
  return { team, afterId: afterId || undefined };
}

function decode(cursor: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(cursor, { alphabet: "base64url" }));
  } catch {
    return "";
  }
}

/** A table as a stream that asks for the next records when the client has taken the last ones. */
async function toTable(
  c: AppContext,
  wanted: Export,
  { start, limit }: { start: Position | undefined; limit: number },
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let left = limit;
  const readOn = async (position: Position | undefined) => {
    const page = await readPage(c, wanted, position, Math.min(left, TABLE_PAGE));
    left -= page.records.length;
    return page;
  };
  // Before the answer begins, so that a store that is down is still a 503.
  let page = await readOn(start);
  let isFirst = true;
  return new ReadableStream({
    async pull(controller) {
      if (!isFirst) page = await readOn(page.next);
      const head = isFirst ? csvLine(COLUMNS.map(([name]) => name)) : "";
      isFirst = false;
      const lines = page.records.map((record) => csvLine(COLUMNS.map(([, cellOf]) => cellOf(record))));
      if (head || lines.length > 0) controller.enqueue(encoder.encode(head + lines.join("")));
      if (!page.next || left <= 0) controller.close();
    },
  });
}

const COLUMNS: readonly (readonly [name: string, cellOf: (record: GenerationRecord) => Cell])[] = [
  ["id", ({ id }) => id],
  ["created_at", ({ createdAtMs }) => new Date(createdAtMs).toISOString()],
  ["workspace_id", ({ team }) => team],
  ["api_key_hash", ({ keyHash }) => keyHash],
  ["model", ({ modelId }) => modelId],
  ["provider_name", ({ providerName }) => providerName],
  ["endpoint_id", ({ attempts }) => attempts.findLast(({ failure }) => failure === undefined)?.tag ?? null],
  ["attempts", ({ attempts }) => attempts.length],
  ["outcome", ({ outcome }) => outcome],
  ["finish_reason", ({ finishReason }) => finishReason],
  ["streamed", ({ isStreamed }) => isStreamed],
  ["is_byok", ({ isByok }) => isByok],
  ["total_cost", ({ costNanoUsd }) => (costNanoUsd === null ? null : toDecimalUsd(costNanoUsd))],
  ["cost_certainty", ({ certainty }) => certainty],
  ["tokens_prompt", ({ usage }) => usage.promptTokens],
  ["tokens_completion", ({ usage }) => usage.completionTokens],
  ["native_tokens_reasoning", ({ usage }) => usage.reasoning],
  ["native_tokens_cached", ({ usage }) => usage.cacheRead],
  ["latency", ({ latencyMs }) => latencyMs],
  ["generation_time", ({ generationTimeMs }) => generationTimeMs],
  ["service_tier", ({ serviceTier }) => serviceTier],
  ["preset_id", ({ client }) => client.preset ?? null],
  ["external_user", ({ client }) => client.user ?? null],
  ["session_id", ({ client }) => client.sessionId ?? null],
  ["http_referer", ({ client }) => client.referer ?? null],
  ["app_title", ({ client }) => client.appTitle ?? null],
  ["user_agent", ({ client }) => client.userAgent ?? null],
  ["upstream_id", ({ upstreamId }) => upstreamId],
  ["api_type", ({ apiType }) => apiType ?? "completions"],
  ["parent_id", ({ parentId }) => parentId ?? null],
  ["purpose", ({ purpose }) => purpose ?? null],
];

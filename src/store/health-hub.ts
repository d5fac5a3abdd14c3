import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import type { HealthDelta } from "../health/book.ts";

/** What happened longer ago changes no plan. */
const KEPT_MS = 30 * 60_000;
/**
 * Between two writes to KV. It may be written once a second, but a free account has 1,000 writes a day for everything:
 * this takes 720 of them at most.
 */
const PUBLISH_MS = 120_000;
/** One delta, and all that are kept, in characters; the oldest go first. An isolate's busy half minute is a few thousand. */
export const MAX_DELTA_CHARS = 512 * 1024;
const MAX_KEPT_CHARS = 4 * 1024 * 1024;
/** An endpoint's id is a model and a tag. */
const MAX_ID_CHARS = 512;

/** Where the hub publishes: a `Publication`, gone when nobody has told anything for half an hour. */
export const HEALTH_KEY = "health";

const rowsSchema = z.array(z.array(z.int().nonnegative()).max(1_000)).max(1_000);

/** A delta as another isolate sends it. */
export const healthDeltaSchema: z.ZodType<HealthDelta> = z.object({
  source: z.string().min(1).max(64),
  sequence: z.int().positive(),
  endpoints: z.record(
    z.string().max(MAX_ID_CHARS),
    z.object({ seconds: rowsSchema, minutes: rowsSchema, samples: rowsSchema, tens: rowsSchema }),
  ),
});

/** Deltas of all isolates, oldest first: each with its place, which is larger than all before it, and as JSON. */
export const publicationSchema = z.object({ deltas: z.array(z.tuple([z.number(), z.string()])) });

type Publication = z.infer<typeof publicationSchema>;

/**
 * Hears what every isolate has noted of its endpoints, and tells all of them through KV.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `delta` | when it came, in ms, or the next that is free | a delta as JSON, for half an hour |
 *
 * A delta that was sent twice is published twice: a reader knows it by its source and sequence.
 */
export class HealthHub extends DurableObject<Cloudflare.Env> {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec("create table if not exists delta (place integer primary key, json text not null)");
  }

  /** Takes a delta; false for what is none, so that it is not sent again. It is published with the next alarm. */
  async add(json: string): Promise<boolean> {
    if (!isDelta(json)) return false;
    const { sql } = this.ctx.storage;
    sql.exec("insert into delta select max(?1, coalesce((select max(place) from delta), 0) + 1), ?2", Date.now(), json);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + PUBLISH_MS);
    return true;
  }

  /** Publishes what is kept. When KV does not take it, the next try is as far away as the next publication. */
  override async alarm(): Promise<void> {
    const deltas = this.#sweep();
    if (deltas.length === 0) return;
    try {
      const publication: Publication = { deltas };
      await this.env.KV.put(HEALTH_KEY, JSON.stringify(publication), { expirationTtl: KEPT_MS / 1000 });
    } catch (error) {
      console.error("health: KV does not take it, the last publication stays", String(error));
      await this.ctx.storage.setAlarm(Date.now() + PUBLISH_MS);
    }
  }

  /** Deletes what is too old or too much; gives the rest, oldest first. */
  #sweep(): Publication["deltas"] {
    const { sql } = this.ctx.storage;
    sql.exec("delete from delta where place <= ?", Date.now() - KEPT_MS);
    sql.exec(
      `delete from delta where place in
         (select place from (select place, sum(length(json)) over (order by place desc) as chars from delta) where chars > ?)`,
      MAX_KEPT_CHARS,
    );
    const rows = sql.exec<{ place: number; json: string }>("select place, json from delta order by place");
    return rows.toArray().map(({ place, json }) => [place, json]);
  }
}

function isDelta(json: string): boolean {
  if (json.length > MAX_DELTA_CHARS) return false;
  try {
    return healthDeltaSchema.safeParse(JSON.parse(json)).success;
  } catch {
    return false;
  }
}

import { DurableObject } from "cloudflare:workers";
import { fromStore } from "../errors.ts";
import { type AuditEntry, auditEntrySchema, type Intent, type Result } from "../schema/audit.ts";

/** What the first entry follows. */
const GENESIS = "0".repeat(64);
/** Entries that are checked between two looks at the storage. */
const BATCH = 500;

/** An entry's place in the chain. */
interface Link {
  seq: number;
  hash: string;
}

interface Row extends Link {
  actionId: string;
  team: string | null;
  kind: string;
  atMs: number;
  record: string;
}

/** Which actions are asked for. Newest first. */
export interface AuditQuery {
  fromMs?: number | undefined;
  /** Not included. */
  toMs?: number | undefined;
  /** Only actions that are older than this entry. */
  before?: number | undefined;
  /** Only what this team's keys did, or what was done to it. */
  team?: string | undefined;
  limit: number;
}

/** One action: an entry of what was going to be done and, unless it was cut short, one of how it ended. */
export interface AuditAction {
  seq: number;
  intent: Intent;
  result: Result | null;
}

/** Whether the chain holds; `head` is its last entry, to be noted elsewhere and compared some day. */
export interface Verdict {
  ok: boolean;
  entries: number;
  /** The first entry that is not what was written, or where one is missing. */
  firstBad?: number;
  head: Link;
}

/**
 * The audit log of the whole installation, one chain: the hash of an entry covers its text and the hash before it, so
 * what was written cannot be changed, taken out or put elsewhere without all that follows being written anew. `head` says
 * how many there must be.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `entry` | seq, from 1 without gaps | the entry as JSON, its hash, and what it is looked up by |
 * | `head` | 1 | seq and hash of the last entry |
 */
export class AuditLog extends DurableObject<Cloudflare.Env> {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(`
      create table if not exists entry (
        seq integer primary key, action_id text not null, kind text not null, team text, at_ms integer not null,
        record text not null, hash text not null, unique (action_id, kind)
      );
      create table if not exists head (id integer primary key check (id = 1), seq integer not null, hash text not null);
    `);
  }

  /** Adds an entry, given as JSON, and gives its place. One that is there already is left as it is. */
  async append(record: string): Promise<Link> {
    const { id, kind, team, atMs } = auditEntrySchema.parse(JSON.parse(record));
    for (;;) {
      const known = this.#rows("action_id = ? and kind = ?", id, kind)[0];
      if (known) return { seq: known.seq, hash: known.hash };
      const last = this.#head();
      const next = { seq: last.seq + 1, hash: await chainHash(last.hash, record) };
      // Somebody else may have been added while the hash was made.
      if (this.#head().seq !== last.seq) continue;
      this.ctx.storage.transactionSync(() => {
        const { sql } = this.ctx.storage;
        sql.exec("insert into entry values (?, ?, ?, ?, ?, ?, ?)", next.seq, id, kind, team, atMs, record, next.hash);
        sql.exec("insert or replace into head values (1, ?, ?)", next.seq, next.hash);
      });
      return next;
    }
  }

  /** Actions as a JSON array of `AuditAction`, newest first. */
  list({ fromMs = 0, toMs, before, team, limit }: AuditQuery): string {
    const last = Number.MAX_SAFE_INTEGER;
    const rows = this.ctx.storage.sql.exec<{ seq: number; intent: string; result: string | null }>(
      `select i.seq, i.record as intent, r.record as result
         from entry i left join entry r on r.action_id = i.action_id and r.kind = 'result'
         where i.kind = 'intent' and i.at_ms >= ?1 and i.at_ms < ?2 and i.seq < ?3
           and (?4 is null or i.team = ?4 or r.team = ?4)
         order by i.seq desc limit ?5`,
      ...[fromMs, toMs ?? last, before ?? last, team ?? null, limit],
    );
    const actions = rows
      .toArray()
      .map(({ seq, intent, result }) => `{"seq":${seq},"intent":${intent},"result":${result}}`);
    return `[${actions.join()}]`;
  }

  /**
   * Reads the whole chain again. With `noted`, a head that was noted earlier, also whether that entry is still the same.
   */
  async verify(noted?: Link): Promise<Verdict> {
    const head = this.#head();
    let previous: Link = { seq: 0, hash: GENESIS };
    const bad = (firstBad: number): Verdict => ({ ok: false, entries: head.seq, firstBad, head });
    while (previous.seq < head.seq) {
      const rows = this.#rows(`seq > ? order by seq limit ${BATCH}`, previous.seq);
      for (const row of rows) {
        const seq = previous.seq + 1;
        const isWhole = row.seq === seq && row.hash === (await chainHash(previous.hash, row.record)) && isOwnRow(row);
        if (!isWhole || (noted?.seq === seq && noted.hash !== row.hash)) return bad(seq);
        previous = { seq, hash: row.hash };
        if (seq === head.seq) break;
      }
      if (rows.length === 0) return bad(previous.seq + 1);
    }
    const isLongEnough = (noted?.seq ?? 0) <= head.seq && this.#rows("seq > ?", this.#head().seq).length === 0;
    return previous.hash === head.hash && isLongEnough ? { ok: true, entries: head.seq, head } : bad(head.seq + 1);
  }

  #head(): Link {
    const rows = this.ctx.storage.sql.exec<{ seq: number; hash: string }>("select seq, hash from head");
    return rows.toArray()[0] ?? { seq: 0, hash: GENESIS };
  }

  #rows(where: string, ...values: (string | number)[]): Row[] {
    const columns = "seq, action_id as actionId, kind, team, at_ms as atMs, record, hash";
    const { sql } = this.ctx.storage;
    return sql
      .exec<Row & Record<string, SqlStorageValue>>(`select ${columns} from entry where ${where}`, ...values)
      .toArray();
  }
}

/** Whether what an entry is looked up by is what it says. */
function isOwnRow({ record, actionId, kind, team, atMs }: Row): boolean {
  const entry: Partial<AuditEntry> = JSON.parse(record);
  return entry.id === actionId && entry.kind === kind && entry.team === team && entry.atMs === atMs;
}

/** SHA-256 over the hash before and the entry's text, in hex. */
export async function chainHash(previous: string, record: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${previous}\n${record}`));
  return new Uint8Array(digest).toHex();
}

type AuditNamespace = DurableObjectNamespace<AuditLog>;

/** What this store is called when it fails. */
const STORE = "audit log";

/** Adds an entry. Throws 503 when it cannot be written. */
export function appendAudit(namespace: AuditNamespace, entry: AuditEntry): Promise<Link> {
  return fromStore(STORE, async () => {
    const { seq, hash } = await namespace.getByName("audit").append(JSON.stringify(entry));
    return { seq, hash };
  });
}

export function listAudit(namespace: AuditNamespace, query: AuditQuery): Promise<AuditAction[]> {
  return fromStore(STORE, async () => JSON.parse(await namespace.getByName("audit").list(query)));
}

export function verifyAudit(namespace: AuditNamespace, noted?: Link): Promise<Verdict> {
  return fromStore(STORE, async () => ({ ...(await namespace.getByName("audit").verify(noted)) }));
}

/** What is done at a due time. Gives when it is to be done again, in ms; undefined: not until it is asked for. */
export type Job = (nowMs: number) => number | undefined;

/** A job that threw is tried again after this. */
const RETRY_MS = 60_000;
/** The platform drops an alarm that has failed too often; one that is late by this much is set anew. */
const OVERDUE_MS = 60_000;

/**
 * Several named due times on the one alarm that an object has.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `due` | name of the job | when it is to run, in ms |
 *
 * Nothing is kept in memory: what a rolled-back transaction asked for is forgotten with it. A due time that the object
 * slept through is met as soon as it wakes. Jobs are synchronous and short; long work is done in steps, each of which
 * gives the time of the next.
 */
export class Alarms<Name extends string> {
  readonly #storage: DurableObjectStorage;
  readonly #jobs: Record<Name, Job>;

  constructor(storage: DurableObjectStorage, jobs: Record<Name, Job>) {
    this.#storage = storage;
    this.#jobs = jobs;
    storage.sql.exec("create table if not exists due (name text primary key, at_ms integer not null) without rowid");
  }

  /** Has a job run at a time or before it. An earlier time that is set already stays. */
  wakeBy(name: Name, atMs: number): void {
    const first = this.#first();
    const known = this.#storage.sql
      .exec<{ at: number }>("select at_ms as at from due where name = ?", name)
      .toArray()[0];
    if (known === undefined || atMs < known.at) {
      this.#storage.sql.exec("insert or replace into due values (?, ?)", name, Math.ceil(atMs));
      if (first === undefined || atMs < first) this.#arm();
    }
    if (first !== undefined && first < Date.now() - OVERDUE_MS) this.#arm();
  }

  /** Runs what is due; for the object's `alarm()`. Never throws: a job that fails keeps no other from running. */
  run(nowMs: number): void {
    for (const name of this.#dueBy(nowMs)) {
      this.#storage.sql.exec("delete from due where name = ?", name);
      const nextMs = this.#attempt(name, nowMs);
      if (nextMs !== undefined) this.wakeBy(name, nextMs);
    }
    this.#arm();
  }

  #attempt(name: Name, nowMs: number): number | undefined {
    try {
      return this.#jobs[name](nowMs);
    } catch (error) {
      console.error(`ledger: the job "${name}" failed and is tried again`, String(error));
      return nowMs + RETRY_MS;
    }
  }

  #dueBy(nowMs: number): Name[] {
    const rows = this.#storage.sql.exec<{ name: string }>(
      "select name from due where at_ms <= ? order by at_ms",
      nowMs,
    );
    return rows
      .toArray()
      .map(({ name }) => name)
      .filter((name): name is Name => Object.hasOwn(this.#jobs, name));
  }

  #first(): number | undefined {
    return this.#storage.sql.exec<{ at: number | null }>("select min(at_ms) as at from due").one().at ?? undefined;
  }

  #arm(): void {
    const first = this.#first();
    if (first !== undefined) void this.#storage.setAlarm(first);
  }
}

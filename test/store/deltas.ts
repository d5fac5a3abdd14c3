import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { HealthDelta } from "../../src/health/book.ts";
import type { HealthBindings } from "../../src/store/health.ts";
import { fresh } from "../ledger/records.ts";

const MINUTE_MS = 60_000;

let hubName = "";
/** A hub of the test's own: the one of the requests that other files have made may still be told something. */
export const hub = () => env.HEALTH.getByName(hubName);
export const BINDINGS: HealthBindings = { KV: env.KV, HEALTH: { getByName: hub } };

/** To be called before each test. */
export async function openHub(): Promise<void> {
  await reset();
  hubName = fresh("hub");
}

/** To be called after each test: an alarm that is left would publish in the middle of another one. */
export async function closeHub(): Promise<void> {
  await runInDurableObject(hub(), async (_, state) => {
    await state.storage.deleteAlarm();
  });
}

/** Rings the alarm; false when none is set. */
export const publish = () => runDurableObjectAlarm(hub());
/** What the hub keeps, oldest first. */
export const kept = () =>
  runInDurableObject(hub(), (_, state) =>
    state.storage.sql
      .exec<{ json: string }>("select json from delta order by place")
      .toArray()
      .map(({ json }): HealthDelta => JSON.parse(json)),
  );

/** What one isolate noted: a success of the endpoint `a`. */
export const deltaOf = (fields: Partial<HealthDelta> = {}): HealthDelta => ({
  source: fresh("isolate"),
  sequence: 1,
  endpoints: { a: { seconds: [], minutes: [[Math.floor(Date.now() / MINUTE_MS), 0, 1]], samples: [], tens: [] } },
  ...fields,
});

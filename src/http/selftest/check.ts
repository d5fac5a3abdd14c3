import { RouterError } from "../../errors.ts";
import type { CheckResult } from "../../schema/selftest.ts";
import type { Client } from "./client.ts";

/** One line of the card before it is known how it went. */
export interface Check {
  group: string;
  name: string;
  /** Gives what else there is to say. Throws `Finding` when it fails, `Skipped` when it cannot be made here. */
  run(client: Client): Promise<string | undefined>;
}

/** Why a check failed. Its message goes to the operator: no secret, nothing that a store or a provider has said. */
export class Finding extends Error {}

/** Why a check was not made; as safe to show. */
export class Skipped extends Error {}

/** Throws unless the two are the same. */
export function mustBe(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Finding(`${what} is ${show(actual)}, not ${show(wanted)}`);
}

/** Throws unless this holds. */
export function must(holds: boolean, finding: string): asserts holds {
  if (!holds) throw new Finding(finding);
}

const MAX_SHOWN_CHARS = 120;

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, MAX_SHOWN_CHARS);
}

/** Checks that run side by side. */
const LANES = 16;
/** What has not ended by then hangs. */
const MAX_CHECK_MS = 10_000;

/** Runs checks side by side, in their order. What has not begun at `deadlineMs` is skipped. */
export async function runChecks(
  checks: Check[],
  clientFor: (signal: AbortSignal) => Client,
  deadlineMs: number,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < checks.length; index = next++) {
      const check = checks[index];
      if (check) results[index] = await runCheck(check, clientFor, deadlineMs);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

async function runCheck(
  { name, group, run }: Check,
  clientFor: (signal: AbortSignal) => Client,
  deadlineMs: number,
): Promise<CheckResult> {
  const startedAtMs = Date.now();
  const limitMs = Math.min(MAX_CHECK_MS, deadlineMs - startedAtMs);
  if (limitMs <= 0) return { name, group, status: "skipped", took_ms: 0, detail: "There was no time left for it." };
  const abort = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const finding = new Finding(`It had not ended after ${limitMs} ms.`);
    reject(finding);
    abort.abort(finding);
  }, limitMs);
  let status: CheckResult["status"] = "passed";
  let detail: string | undefined;
  try {
    detail = await Promise.race([run(clientFor(abort.signal)), expired]);
  } catch (error) {
    status = error instanceof Skipped ? "skipped" : "failed";
    detail = explain(error);
  } finally {
    clearTimeout(timer);
  }
  return { name, group, status, took_ms: Date.now() - startedAtMs, ...(detail !== undefined && { detail }) };
}

/** What we did not word ourselves may hold anything. */
function explain(error: unknown): string {
  if (error instanceof Finding || error instanceof Skipped || error instanceof RouterError) return error.message;
  console.error("selftest: unexpected error", error);
  return "An unexpected error; the Worker's log has it whole.";
}

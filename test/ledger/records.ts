import type { GenerationRecord } from "../../src/schema/generation.ts";
import { emptyUsage } from "../../src/schema/usage.ts";

let count = 0;

/** A name that no other test has used: storage outlives a test. */
export function fresh(name: string): string {
  count += 1;
  return `${name}-${count}-${crypto.randomUUID()}`;
}

/** A record of a finished generation that cost a thousand nano-dollars, with an id of its own. */
export function recordOf(fields: Partial<GenerationRecord> = {}): GenerationRecord {
  return {
    id: fresh("gen"),
    keyHash: "hash",
    team: "default",
    createdAtMs: Date.UTC(2026, 0, 28, 12),
    outcome: "finished",
    modelId: "acme/one",
    providerName: "Acme",
    upstreamId: null,
    isStreamed: true,
    finishReason: "stop",
    nativeFinishReason: "stop",
    serviceTier: null,
    latencyMs: 10,
    generationTimeMs: 20,
    usage: emptyUsage(),
    costNanoUsd: 1_000,
    certainty: "exact",
    isByok: false,
    attempts: [],
    client: {},
    ...fields,
  };
}

/** The same, made at a time that its id tells too. */
export function recordAt(createdAtMs: number, fields: Partial<GenerationRecord> = {}): GenerationRecord {
  const id = `gen-${Math.floor(createdAtMs / 1000)}-${crypto.randomUUID().slice(0, 20)}`;
  return recordOf({ id, createdAtMs, ...fields });
}

/**
 * Where the conversations of this isolate are: the endpoint that answered last, whose cache holds the prompt. In memory
 * only: what is lost costs a cache miss, and nothing waits for a store.
 */

export interface Whereabouts {
  endpointId: string;
  modelId: string;
}

/** A provider's cache does not live much longer; each answer begins it anew. */
const IDLE_MS = 600_000;
/** About 3 MB; of more, the ones that rested longest go. */
const MAX_SESSIONS = 20_000;

const sessions = new Map<string, Whereabouts & { expiresAtMs: number }>();

/** Where a conversation is; undefined when it is nowhere, or has rested for ten minutes. */
export function findSession(key: string, nowMs: number): Whereabouts | undefined {
  const session = sessions.get(key);
  return session && session.expiresAtMs > nowMs ? session : undefined;
}

export function keepSession(key: string, { endpointId, modelId }: Whereabouts, nowMs: number): void {
  // The map is in the order of the last use.
  sessions.delete(key);
  sessions.set(key, { endpointId, modelId, expiresAtMs: nowMs + IDLE_MS });
  if (sessions.size <= MAX_SESSIONS) return;
  for (const oldest of sessions.keys()) {
    sessions.delete(oldest);
    return;
  }
}

export function forgetSession(key: string): void {
  sessions.delete(key);
}

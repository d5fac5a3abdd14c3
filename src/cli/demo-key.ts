/** A Worker that has begun to answer but cannot serve yet is asked again this often. */
const POLL_MS = 150;
const ANSWER_TIMEOUT_MS = 10_000;

/** Resolves as soon as the Worker answers anything. Rejects with a sentence after `timeoutMs`. */
export async function untilItAnswers(origin: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const response = await ask(`${origin}/api/v1/key`, {});
      await response.body?.cancel();
      return;
    } catch {
      if (Date.now() > deadline) throw new Error(`The Worker did not answer within ${timeoutMs / 1000} seconds.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** A key that works: the one kept when the Worker still knows it, else a new one. Rejects with a sentence. */
export async function ensureDemoKey(origin: string, managementKey: string, kept: string | undefined): Promise<string> {
  if (kept !== undefined && (await isKnown(origin, kept))) return kept;
  const response = await ask(`${origin}/api/v1/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${managementKey}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "demo" }),
  });
  const body: unknown = await response.json().catch(() => undefined);
  const key = at(body, "key");
  if (response.status === 201 && typeof key === "string") return key;
  const message = at(at(body, "error"), "message") ?? "no message";
  throw new Error(`The Worker refused to make a demo key (status ${response.status}: ${message}).`);
}

async function isKnown(origin: string, key: string): Promise<boolean> {
  const response = await ask(`${origin}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } });
  await response.body?.cancel();
  if (response.ok || response.status === 401) return response.ok;
  throw new Error(`The Worker could not check the demo key (status ${response.status}).`);
}

function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
}

function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

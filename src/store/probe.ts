import { fromStore } from "../errors.ts";

/** KV's smallest: what a probe leaves behind when it is torn down is gone after a minute. */
const TTL_SECONDS = 60;

/**
 * Whether KV gives back what it was given: writes a value under `probe:<random>`, reads it and deletes it. Throws 503
 * when KV does not answer.
 */
export function probeKv(kv: KVNamespace): Promise<boolean> {
  const value = crypto.randomUUID();
  const key = `probe:${value}`;
  return fromStore("key store", async () => {
    await kv.put(key, value, { expirationTtl: TTL_SECONDS });
    const read = await kv.get(key);
    await kv.delete(key);
    return read === value;
  });
}

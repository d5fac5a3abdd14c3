import { HOPS_HEADER } from "../dispatch/upstream.ts";
import { invalidField, RouterError } from "../errors.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { ClientFacts } from "../schema/generation.ts";
import type { AppContext } from "./env.ts";
import type { AppliedPreset } from "./management/presets.ts";

/** Whether the answer is to tell how it was routed. */
export function wantsMetadata(c: AppContext): boolean {
  const { headers } = c.req.raw;
  const wish = headers.get("x-openrouter-metadata") ?? headers.get("x-openrouter-experimental-metadata");
  return wish?.trim().toLowerCase() === "enabled";
}

/** Beta features by name, as the contract's header and the AI SDK's name them. */
export function betasOf(c: AppContext): string[] | undefined {
  const { headers } = c.req.raw;
  const list = headers.get("x-anthropic-beta") ?? headers.get("anthropic-beta");
  return list
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => /^[a-z0-9-]+$/.test(name));
}

/** Routers of this kind may stand behind each other, but not in a circle. */
const MAX_HOPS = 4;

/** How many routers of this kind a request has passed. Throws a 400 when it goes round in a circle. */
export function hopsOf(c: AppContext): number {
  const hops = Number(c.req.raw.headers.get(HOPS_HEADER) ?? 0);
  if (!(hops > 0)) return 0;
  if (hops < MAX_HOPS) return Math.floor(hops);
  const message = `This request has passed ${MAX_HOPS} routers: a provider's base_url leads back to where it came from.`;
  throw new RouterError("invalid_request", message, { metadata: { field: HOPS_HEADER } });
}

const DEADLINE_HEADER = "x-pointsman-timeout-ms";
const MAX_DEADLINE_MS = 86_400_000;
/** An SDK's own clock began before the request was here, and the answer has a way back. */
const SDK_MARGIN = 0.95;

/**
 * How long the client waits, in milliseconds: what it says in our header, or what the official SDKs say of their own
 * timeout, in seconds. Throws a 400 for a header of ours that is no number.
 */
export function deadlineOf(c: AppContext): number | undefined {
  const { headers } = c.req.raw;
  const own = headers.get(DEADLINE_HEADER);
  if (own !== null) {
    if (!/^\d{1,8}$/.test(own.trim()) || Number(own) < 1 || Number(own) > MAX_DEADLINE_MS)
      throw invalidField(DEADLINE_HEADER, `expected whole milliseconds from 1 to ${MAX_DEADLINE_MS}`);
    return Number(own);
  }
  const seconds = Number(headers.get("x-stainless-timeout") ?? Number.NaN);
  return seconds > 0 ? seconds * 1000 * SDK_MARGIN : undefined;
}

/** Of a longer header the rest is not kept. */
const MAX_FACT_CHARS = 256;

/** What the client says about itself and its request, for the record. */
export function clientFacts(
  c: AppContext,
  chat: ChatRequest,
  { preset, userId }: { preset: AppliedPreset | undefined; userId: string | null },
): ClientFacts {
  const { headers } = c.req.raw;
  const read = (name: string) => headers.get(name)?.slice(0, MAX_FACT_CHARS);
  return {
    userId: userId ?? undefined,
    chatId: chat.id ?? undefined,
    user: chat.user ?? undefined,
    sessionId: chat.session_id || read("x-session-id") || chat.id || undefined,
    referer: read("http-referer"),
    appTitle: read("x-openrouter-title") ?? read("x-title"),
    userAgent: read("user-agent"),
    metadata: chat.metadata ?? undefined,
    trace: chat.trace ?? undefined,
    preset: preset && `${preset.slug}@${preset.version}`,
  };
}

import type { AppContext } from "./env.ts";

const LOOPBACK = /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$)/;

/**
 * Whether the demo provider answers. `DEMO=on` and `DEMO=off` say so; without them it does where the request came to
 * a loopback address, as it does on a laptop and never in a deployed Worker. The self-test always has it.
 */
export function isDemoOn(c: AppContext): boolean {
  if (c.get("rehearsal")) return true;
  if (c.env.DEMO === "on") return true;
  return c.env.DEMO !== "off" && LOOPBACK.test(c.req.url);
}

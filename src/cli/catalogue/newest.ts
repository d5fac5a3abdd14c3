import { ROUTERS } from "../../catalogue/providers/routers.ts";
import type { Listing, Price } from "./listing.ts";
import { PI_DATE } from "./pi.ts";

/**
 * The listings of models.dev brought up to date: where the newer source has another price it wins, and what only it
 * knows is added, with the month in its name (`…-2512`) or else the day of that source as its date.
 */
export function newest(base: Listing[], newer: Listing[]): Listing[] {
  const known = new Map(base.map((listing) => [keyOf(listing), listing]));
  for (const listing of newer) {
    const before = known.get(keyOf(listing));
    known.set(keyOf(listing), before ? { ...before, price: newestPrice(before, listing) } : seen(listing));
  }
  return [...known.values()];
}

function keyOf({ provider, name }: Listing): string {
  return `${provider} ${name}`;
}

function seen(listing: Listing): Listing {
  const [, year, month] = /-(2[3-6])(0[1-9]|1[0-2])$/.exec(listing.name) ?? [];
  return { ...listing, released: year && month ? `20${year}-${month}-01` : PI_DATE };
}

/** The older price says more (sound, reasoning); it stays while the newer one agrees with it on text. */
function newestPrice({ provider, price: before }: Listing, { price: now }: Listing): Price | undefined {
  if (!now || (now.input === 0 && now.output === 0)) return before;
  if (!before) return now;
  if (before.input === now.input && before.output === now.output) return before;
  return provider in ROUTERS ? dearer(before, now) : now;
}

/** A router lists the price of one of its hosts, which is another one every week: the dearer price is the safer. */
function dearer(before: Price, now: Price): Price {
  const cacheRead = now.cacheRead && before.cacheRead && Math.max(now.cacheRead, before.cacheRead);
  const input = Math.max(before.input, now.input);
  return { ...now, input, output: Math.max(before.output, now.output), cacheRead };
}

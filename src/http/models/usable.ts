import type { Endpoint } from "../../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../demo/catalogue.ts";
import { takesTeamKeys } from "../../store/byok.ts";
import { isConfigured } from "../../store/catalogue.ts";
import { isDemoOn } from "../demo-switch.ts";
import type { AppContext } from "../env.ts";

/** Tells which endpoints this installation can call: those of providers that have what they need. */
export function usableEndpoints(c: AppContext): (endpoint: Endpoint) => boolean {
  const hasDemo = isDemoOn(c);
  return ({ provider, teamKey }) => {
    if (provider.slug === DEMO_SLUG && !hasDemo) return false;
    return teamKey ? takesTeamKeys(provider, c.env) : isConfigured(provider, c.env);
  };
}

import type { Endpoint } from "../catalogue/catalogue.ts";

/** What recent attempts say about endpoints, as the planner sees it. A plain snapshot: asking changes nothing. */
export interface Health {
  /** Whether the endpoint has failed so much lately that it is only a last resort. */
  hasOutage(endpoint: Endpoint): boolean;
}

/** Nothing is known: every endpoint counts as well. */
export const UNKNOWN_HEALTH: Health = { hasOutage: () => false };

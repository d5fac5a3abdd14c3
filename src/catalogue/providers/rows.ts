import type { Provider } from "../../schema/catalogue.ts";

/**
 * Providers by slug. A row says what the company has published, and leaves out what it has not: a data policy or a
 * region that is absent is unknown, and requests that insist on one pass such a provider over.
 */
export type ProviderRows = Record<string, Provider>;

import { createEntry } from "./http/app.ts";
import { ledgerBy } from "./ledger/ledger.ts";
import { errandsBy } from "./store/errands.ts";

export { AuditLog } from "./ledger/audit.ts";
export { KnowledgeTable } from "./retrieval/knowledge-table.ts";
export { HealthHub } from "./store/health-hub.ts";
export { ResponseCache } from "./store/response-cache.ts";
export { TrafficGate } from "./store/traffic-gate.ts";

const app = createEntry();

/** Requests that outlive their clients. */
export const Errand = errandsBy((request, env, context) => app.fetch(request, env, context));

/** Team ledgers, which ask upstreams at night what they have charged. */
export const Ledger = ledgerBy(async (env) => {
  const { invoicesOf } = await import("./dispatch/invoices.ts");
  return invoicesOf(env);
});

export default app;

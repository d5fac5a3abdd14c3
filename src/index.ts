import { createEntry } from "./http/app.ts";
import { errandsBy } from "./store/errands.ts";

export { AuditLog } from "./ledger/audit.ts";
export { Ledger } from "./ledger/ledger.ts";
export { KnowledgeTable } from "./retrieval/knowledge-table.ts";
export { HealthHub } from "./store/health-hub.ts";
export { ResponseCache } from "./store/response-cache.ts";
export { TrafficGate } from "./store/traffic-gate.ts";

const app = createEntry();

/** Requests that outlive their clients. */
export const Errand = errandsBy((request, env, context) => app.fetch(request, env, context));

export default app;

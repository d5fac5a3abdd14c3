import { createApp } from "./http/app.ts";

export { Ledger } from "./ledger/ledger.ts";
export { HealthHub } from "./store/health-hub.ts";
export { ResponseCache } from "./store/response-cache.ts";

export default createApp();

import { createApp } from "./http/app.ts";

export { Ledger } from "./ledger/ledger.ts";
export { ResponseCache } from "./store/response-cache.ts";

export default createApp();

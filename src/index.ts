import { createApp } from "./http/app.ts";

export { Ledger } from "./ledger/ledger.ts";

export default createApp();

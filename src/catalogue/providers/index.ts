import { CLOUDS } from "./clouds.ts";
import { HOSTS } from "./hosts.ts";
import { LABS } from "./labs.ts";
import { LOCAL } from "./local.ts";
import { ROUTERS } from "./routers.ts";
import type { ProviderRows } from "./rows.ts";

/** Every provider that is built in, by slug. */
export const PROVIDERS: ProviderRows = { ...LABS, ...CLOUDS, ...HOSTS, ...ROUTERS, ...LOCAL };

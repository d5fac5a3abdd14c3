import { HealthBook } from "../health/book.ts";

/** What this isolate has seen of its endpoints. In memory: it is read on the way of every request. */
export const isolateHealth = new HealthBook();

import type { TestProject } from "vitest/node";
import { SECRETS } from "./gateway.ts";
import { buildWorker, startWorker, type WorkerBuild } from "./worker-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the gateway is that all end-to-end files share. */
    origin: string;
    /** The bundled Worker, for files that start a gateway of their own. */
    build: WorkerBuild;
  }
}

/** Bundles the Worker once and starts the gateway that all end-to-end files share. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { build, remove } = await buildWorker();
  const { origin, close } = await startWorker(build, SECRETS);
  project.provide("build", build);
  project.provide("origin", origin);
  return async () => {
    await close();
    await remove();
  };
}

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
  const { origin, logs, close } = await startWorker(build, SECRETS);
  project.provide("build", build);
  project.provide("origin", origin);
  return async () => {
    // What became a bare 500 for a test is told whole here.
    if (logs().includes("unexpected error")) console.error(logs());
    await close();
    await remove();
  };
}

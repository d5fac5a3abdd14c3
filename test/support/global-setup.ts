import type { TestProject } from "vitest/node";
import { buildWorker, type WorkerBuild } from "./worker-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The bundled Worker, of which every file starts a gateway of its own. */
    build: WorkerBuild;
  }
}

/** Bundles the Worker once for all end-to-end files. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { build, remove } = await buildWorker();
  project.provide("build", build);
  return remove;
}

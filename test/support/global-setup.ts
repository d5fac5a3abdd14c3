import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type GatewayAddress, SECRETS } from "./gateway.ts";
import { buildWorker, startWorker, type WorkerBuild } from "./worker-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The gateway that all end-to-end files share. */
    gateway: GatewayAddress;
    /** The bundled Worker, for files that start a gateway of their own. */
    build: WorkerBuild;
  }
}

/** Bundles the Worker once and starts the gateway that all end-to-end files share. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { build, remove } = await buildWorker();
  const worker = await startWorker(build, SECRETS);
  const locks = await mkdtemp(join(tmpdir(), "pointsman-locks-"));
  project.provide("build", build);
  project.provide("gateway", { origin: worker.origin, catalogLock: join(locks, "catalogue") });
  return async () => {
    await worker.close();
    await remove();
    await rm(locks, { recursive: true, force: true });
  };
}

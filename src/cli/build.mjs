import { join, resolve } from "node:path";
import { bundle } from "./bundle.mjs";

/**
 * `npm run build`, which wrangler runs before it starts or deploys the Worker: bundles it into `dist/worker`, or into
 * the directory that is given. Plain JavaScript, so that any Node can run it.
 */
const root = join(import.meta.dirname, "../..");
await bundle(resolve(root, process.argv[2] ?? "dist/worker"));

// listen times of variants
import { mkdtempSync, readFileSync, writeFileSync, cpSync, mkdirSync } from "node:fs";
import { join, basename } from "node:path";
import { buildGateway } from "./test/bench/gateway.ts";
import { startWorkerd, writeConfig } from "./test/bench/workerd.ts";
const directory = mkdtempSync("/tmp/prof-");
const gateway = await buildGateway(join(directory, "bundle"));
const statics = new Set<string>(); const visit = (n: string) => { if (statics.has(n)) return; statics.add(n); for (const [, i] of readFileSync(join(directory, "bundle", n), "utf8").matchAll(/\b(?:from|import)"\.\/([\w-]+\.js)"/g)) visit(i!); };
visit("index.js");
const variants: Record<string, (name: string, text: string) => string | undefined> = {
  all: (_, t) => t,
  "no lazy code": (n, t) => n.endsWith(".js") && !statics.has(n) ? "export {}" : t,
  "no texts": (n, t) => n.endsWith(".txt") ? "{}" : t,
  "no lazy, no texts": (n, t) => n.endsWith(".txt") ? "{}" : statics.has(n) ? t : "export {}",
  "lazy compiled in one line comment": (n, t) => n.endsWith(".js") && !statics.has(n) ? "/*" + t.replaceAll("*/", "") + "*/" : t,
  "stub": (n, t) => n === "index.js" ? `import {DurableObject as D} from "cloudflare:workers"; export default {fetch(){return new Response("x")}}; ${["Ledger","ResponseCache","HealthHub","AuditLog","Errand","KnowledgeTable","TrafficGate"].map((c) => `export class ${c} extends D{}`).join(";")}` : undefined,
};
const dirs = Object.entries(variants).map(([name, f], i) => {
  const d = join(directory, "v" + i), src = join(directory, "s" + i); mkdirSync(src, { recursive: true });
  const paths = gateway.modulePaths.flatMap((p) => { const t = f(basename(p), readFileSync(p, "utf8")); if (t === undefined) return []; writeFileSync(join(src, basename(p)), t); return [join(src, basename(p))]; });
  writeConfig(d, { ...gateway, modulePaths: paths }); return [name, d] as const;
});
const times: Record<string, number[]> = {};
for (let i = 0; i < 9; i++) for (const [name, d] of dirs) { const t = performance.now(); const w = await startWorkerd(d, undefined); (times[name] ??= []).push(performance.now() - t); await w.stop(); }
for (const [n, v] of Object.entries(times)) console.log(n, v.sort((a, b) => a - b)[4]!.toFixed(0), "min", v[0]!.toFixed(0));
process.exit(0);

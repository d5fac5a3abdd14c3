import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildGateway } from "./test/bench/gateway.ts";
import { prepareServers } from "./test/bench/servers.ts";
import { startUpstream } from "./test/bench/upstream.ts";
import { Connection } from "./test/bench/client.ts";
const directory = mkdtempSync("/tmp/prof-");
const gateway = await buildGateway(join(directory, "bundle"));
const upstream = await startUpstream();
if (process.env.FLAGS) gateway.compatibilityFlags.push(...process.env.FLAGS.split(","));
for (const empty of (process.env.EMPTY ?? "").split(",").filter(Boolean)) {
  const path = gateway.modulePaths.find((p) => p.includes("/" + empty));
  if (!path) { console.log("no", empty); continue; }
  writeFileSync(path, path.endsWith(".txt") ? "{}" : "export {}");
}
if (process.env.WRAP) { const { readFileSync } = await import("node:fs"); for (const w of process.env.WRAP.split(",")) { const path = gateway.modulePaths.find((p) => p.includes("/" + w))!; let t = readFileSync(path, "utf8"); const imp = t.match(/^(import[^;]*;\s*)+/)?.[0] ?? ""; t = t.slice(imp.length); const i = t.lastIndexOf("export{"); const j = t.lastIndexOf("export default"); writeFileSync(path, `${imp}let m;function make(){${t.slice(0, i < 0 ? j : i).replaceAll("import.meta.url", '""')}return {}}export function pick(){return m??=make()}`); } }
if (process.env.ONE) { const { build } = await import("esbuild"); const { readdirSync } = await import("node:fs"); const out = join(directory, "one"); const { tablesAsText } = await import("./src/cli/tables.mjs"); (await import("node:fs")).mkdirSync(out); await build({ absWorkingDir: process.cwd(), entryPoints: ["src/index.ts"], outdir: out, bundle: true, splitting: false, format: "esm", target: "es2024", platform: "browser", conditions: ["workerd", "worker", "browser"], external: ["cloudflare:*", "node:*", ...(process.env.ONE === "nopdf" ? ["unpdf"] : [])], loader: { ".txt": "copy" }, assetNames: "[name]", minify: true, plugins: [tablesAsText(out, () => {})] }); gateway.modulePaths = ["index.js", ...readdirSync(out).filter((n) => n !== "index.js")].map((n) => join(out, n)); }
const servers = await prepareServers({ directory, gateway, upstream, cores: undefined });
const times: Record<string, number[]> = {};
for (let i = 0; i < Number(process.env.N ?? 9); i++)
  for (const s of servers) {
    const t = performance.now();
    const w = await s.start();
    const listen = performance.now() - t;
    const c = await Connection.open(w.port);
    await c.exchange(s.request());
    (times[s.name] ??= []).push(performance.now() - t);
    (times[s.name + ".listen"] ??= []).push(listen);
    c.close();
    await w.stop();
  }
for (const [n, v] of Object.entries(times)) console.log(n, v.sort((a, b) => a - b)[v.length >> 1]!.toFixed(0), "min", v[0]!.toFixed(0));
rmSync(directory, { recursive: true });
process.exit(0);

/// <reference types="node" />

/**
 * `npm run bench`: what the gateway costs, as ratios to two Workers that do nothing, measured in the same run.
 * Everything is on loopback: the production bundle in a bare workerd, a mock provider, a load generator.
 */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildGateway } from "./gateway.ts";
import { takeCores } from "./machine.ts";
import {
  type MeasureOptions,
  measureBundle,
  measureOpenStreams,
  measureStarts,
  measureTraffic,
  reachesTarget,
} from "./measure.ts";
import { prepareServers } from "./servers.ts";
import { renderTable } from "./table.ts";
import { startUpstream } from "./upstream.ts";

const USAGE = `npm run bench -- [options]
  --rounds <n>  rounds that count, 4 without
  --quick       fewer and shorter rounds; memory is read before it has stopped growing
  --json        the figures as JSON
  --strict      exit code 1 when a target is missed`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 2 : 4));

if (flags.help || !Number.isInteger(rounds) || rounds < 1) {
  console.log(USAGE);
  process.exit(flags.help ? 0 : 2);
}
if (!existsSync("/proc/self/stat")) {
  console.error("The bench reads processor time and memory from /proc, which only Linux has.");
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), "pointsman-bench-"));
process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

const GIVE_UP_MS = 15 * 60_000;
setTimeout(() => {
  console.error("The bench got stuck: a server does not answer.");
  process.exit(2);
}, GIVE_UP_MS).unref();

const tell = (what: string) => process.stderr.write(`${what}\n`);

tell("building the bundle");
const gateway = await buildGateway(join(directory, "bundle"));
const cores = takeCores();
tell(
  cores
    ? `measured Worker on core ${cores.measured}, all else on core ${cores.others}`
    : "NOT PINNED: that takes two cores and `taskset`; the figures vary more",
);
const upstream = await startUpstream();
let disturbed = 0;
const options: MeasureOptions = {
  rounds,
  cores,
  upstream,
  windowMs: flags.quick ? 400 : 800,
  openStreams: { count: 500, gapMs: 100, holdMs: flags.quick ? 6_000 : 36_000 },
  onProgress: (what) => tell(`measuring ${what}`),
  onDisturbed: () => {
    disturbed++;
  },
};
const servers = await prepareServers({ directory, gateway, upstream, cores });
const rows = [
  ...(await measureTraffic(servers, options)),
  ...(await measureOpenStreams(servers, options)),
  await measureStarts(servers, options),
  ...measureBundle(join(directory, "bundle")),
];
upstream.close();

const misses = rows.filter((row) => reachesTarget(row) === false);
if (flags.json) {
  const figures = rows.map((row) => ({ ...row, ok: reachesTarget(row) ?? null }));
  console.log(JSON.stringify({ rounds, pinned: cores !== undefined, disturbed, rows: figures }, null, 2));
} else {
  console.log(`\n${renderTable(rows)}\n`);
  console.log(`Medians [least–greatest] of ${rounds} rounds.`);
  if (disturbed > 0)
    console.log(`Other programs disturbed ${disturbed} measurements: better repeat on a quiet machine.`);
}
process.exit(flags.strict && misses.length > 0 ? 1 : 0);

/** `npm run replay -- gen-…`: how a generation was routed, beside how it would be routed now. */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { readKept } from "./kept-file.ts";
import { type Replay, replayTable } from "./replay-table.ts";

const KEPT = join(import.meta.dirname, "../../.wrangler/pointsman.json");
const DEFAULT_URL = "http://127.0.0.1:8787";
const TIMEOUT_MS = 30_000;

const USAGE = `npm run replay -- gen-…          how a generation was routed, and how it would be now
  --url http://…   where Pointsman is, or POINTSMAN_URL; default: ${DEFAULT_URL}
  --key sk-…       the key that made the generation, or the management key, or POINTSMAN_KEY;
                   default: the management key that npm start has made
  --json           for programs`;

async function replay(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: "string" },
      key: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(USAGE);
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new Error(`One generation is wanted.\n\n${USAGE}`);
  const { POINTSMAN_URL, POINTSMAN_KEY } = process.env;
  const origin = (values.url ?? POINTSMAN_URL ?? DEFAULT_URL).replace(/\/+$/, "").replace(/\/(api\/)?v1$/, "");
  // The key of this machine's own Worker goes nowhere else.
  const key = values.key ?? POINTSMAN_KEY ?? (origin === DEFAULT_URL ? readKept(KEPT).MANAGEMENT_KEY : undefined);
  if (!key) throw new Error(`A key is wanted: --key or POINTSMAN_KEY.\n\n${USAGE}`);
  const data = await ask(`${origin}/api/v1/generation/replay?id=${encodeURIComponent(id)}`, key);
  console.log(values.json ? JSON.stringify(data, null, 2) : replayTable(data));
}

async function ask(url: string, key: string): Promise<Replay> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause: unknown) => {
    throw new Error(`Nobody answers at ${new URL(url).origin}.`, { cause });
  });
  const body = (await response.json().catch(() => ({}))) as { data?: Replay; error?: { message?: string } };
  if (body.data) return body.data;
  throw new Error(body.error?.message ?? `Status ${response.status}, and nothing that could be read.`);
}

try {
  await replay();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

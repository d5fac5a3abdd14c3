/** `npm run selftest`: lets a running Worker test itself, or starts one for it, and prints the card. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs, parseEnv, stripVTControlCharacters } from "node:util";
import { type Card, cardSchema } from "../schema/selftest.ts";
import { renderCard } from "./card.ts";
import { untilItAnswers } from "./demo-key.ts";
import { readKept, readText, writeKept } from "./kept-file.ts";
import { choosePort, findFreePort, isPortFree } from "./port.ts";
import { chooseSecrets } from "./secrets.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const KEPT = ".wrangler/pointsman.json";
const HOST = "127.0.0.1";
const START_TIMEOUT_MS = 90_000;
/** The run takes 15 s at most; a slow machine may need as long again before and after it. */
const RUN_TIMEOUT_MS = 60_000;

const USAGE = `npm run selftest                   tests the Worker of npm start, or one that it starts for the purpose
npm run selftest -- --url https://pointsman.example.workers.dev --key ...
                                   tests that one; the key is its MANAGEMENT_KEY, also read from the environment
npm run selftest -- --json         prints the card as JSON

The exit code is 1 when a check has failed, 2 when the self-test could not be run.`;

interface Target {
  origin: string;
  managementKey: string;
  /** The Worker that was started for this run. */
  worker?: WorkerProcess;
}

async function selftest(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      key: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { origin, managementKey, worker } = await chooseTarget(values.url, values.key ?? process.env.MANAGEMENT_KEY);
  try {
    const card = await runSelftest(origin, managementKey);
    console.log(values.json ? JSON.stringify(card, null, 2) : renderCard(origin, card));
    return card.failed > 0 ? 1 : 0;
  } finally {
    worker?.stop();
    await worker?.ended;
  }
}

/** The Worker at a URL; else the one on this machine; else a new one. */
async function chooseTarget(url: string | undefined, givenKey: string | undefined): Promise<Target> {
  const path = join(ROOT, KEPT);
  const devVars = parseEnv(readText(join(ROOT, ".dev.vars")) ?? "");
  const port = choosePort(undefined, process.env.PORT);
  if (url !== undefined || !(await isPortFree(HOST, port))) {
    const origin = url === undefined ? `http://${HOST}:${port}` : originOf(url);
    const localKey = url === undefined ? devVars.MANAGEMENT_KEY || readKept(path).MANAGEMENT_KEY : undefined;
    const managementKey = givenKey || localKey;
    if (!managementKey)
      throw new Error(`Which management key has ${origin}? Give it with --key, or as MANAGEMENT_KEY.`);
    return { origin, managementKey };
  }
  const secrets = chooseSecrets(devVars, readKept(path), randomBytes);
  writeKept(path, secrets.kept);
  const freePort = await findFreePort(HOST);
  const origin = `http://${HOST}:${freePort}`;
  console.error(`Nothing runs at port ${port}; starting a Worker for the self-test ...`);
  const onLine = (line: string) => console.error(process.stderr.isTTY ? line : stripVTControlCharacters(line));
  const worker = startWorker({ root: ROOT, host: HOST, port: freePort, vars: secrets.vars, onLine });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => worker.stop());
  const ended = worker.ended.then(() => Promise.reject(new Error("The Worker has ended by itself.")));
  await Promise.race([untilItAnswers(origin, START_TIMEOUT_MS), ended]);
  ended.catch(() => {});
  return { origin, managementKey: secrets.managementKey, worker };
}

/** What stands before the path, whichever of the API's addresses was given. */
function originOf(url: string): string {
  const known = URL.canParse(url) ? new URL(url) : undefined;
  if (!known || !/^https?:$/.test(known.protocol))
    throw new Error(`--url is "${url}"; it must begin with http:// or https://.`);
  return known.origin;
}

async function runSelftest(origin: string, managementKey: string): Promise<Card> {
  const response = await fetch(`${origin}/api/v1/selftest`, {
    method: "POST",
    headers: { authorization: `Bearer ${managementKey}` },
    signal: AbortSignal.timeout(RUN_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`${origin} does not answer.`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401 || response.status === 403)
    throw new Error(`${origin} does not take this management key.`);
  const data = typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
  const card = cardSchema.safeParse(data);
  if (response.status === 200 && card.success) return card.data;
  throw new Error(`${origin} has no self-test: it answered with status ${response.status}. Is it a Pointsman?`);
}

try {
  process.exit(await selftest());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}

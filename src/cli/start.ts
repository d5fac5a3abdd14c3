/** `npm start`: Pointsman on this machine, with a key and commands to try it. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs, parseEnv, stripVTControlCharacters } from "node:util";
import { ensureDemoKey, untilItAnswers } from "./demo-key.ts";
import { readKept, readText, writeKept } from "./kept-file.ts";
import { choosePort, isPortFree } from "./port.ts";
import { renderScreen } from "./screen.ts";
import { chooseSecrets } from "./secrets.ts";
import { startWorker } from "./worker-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const KEPT = ".wrangler/pointsman.json";
const HOST = "127.0.0.1";
/** The first build on a slow machine; usually it takes three seconds. */
const START_TIMEOUT_MS = 90_000;

const USAGE = `npm start                  Pointsman at http://127.0.0.1:8787
npm start -- --port 8788   at another port; or set PORT`;

async function start(): Promise<number> {
  const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const port = choosePort(values.port, process.env.PORT);
  if (!(await isPortFree(HOST, port))) {
    throw new Error(
      `Port ${port} is taken. Stop what listens there, or choose another: npm start -- --port ${port < 65535 ? port + 1 : port - 1}`,
    );
  }

  const path = join(ROOT, KEPT);
  const devVars = parseEnv(readText(join(ROOT, ".dev.vars")) ?? "");
  const secrets = chooseSecrets(devVars, readKept(path), randomBytes);
  writeKept(path, secrets.kept);

  console.log("Starting Pointsman ...");
  let hasSpoken = false;
  const onLine = (line: string) => {
    hasSpoken = true;
    console.error(process.stderr.isTTY ? line : stripVTControlCharacters(line));
  };
  const worker = startWorker({ root: ROOT, host: HOST, port, vars: secrets.vars, onLine });
  let isStopping = false;
  const stop = () => {
    isStopping = true;
    worker.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

  const origin = `http://${HOST}:${port}`;
  const announce = async () => {
    await untilItAnswers(origin, START_TIMEOUT_MS);
    const demoKey = await ensureDemoKey(origin, secrets.managementKey, secrets.kept.demo_key);
    writeKept(path, { ...secrets.kept, demo_key: demoKey });
    console.log(renderScreen({ origin, demoKey, managementKeyPlace: secrets.isOwnManagementKey ? ".dev.vars" : KEPT }));
  };
  // What goes wrong because it is being stopped is no failure: then its end is all that counts.
  const failed = new Promise<never>((_, reject) => {
    announce().catch((error) => isStopping || reject(error));
  });
  const exitCode = await Promise.race([worker.ended, failed]);
  if (isStopping) {
    console.log("Pointsman has stopped.");
    return 0;
  }
  const code = exitCode === null ? "" : ` with exit code ${exitCode}`;
  const why = hasSpoken ? "the lines above say why" : "it did not say why";
  throw new Error(`The Worker has ended by itself${code}; ${why}.`);
}

try {
  process.exit(await start());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

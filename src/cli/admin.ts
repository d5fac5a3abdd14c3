/** `npm run admin -- …`: keys, teams, spending, the catalogue, provider keys and the audit log of a Worker. */

import { join } from "node:path";
import { type ParseArgsOptionsConfig, parseArgs, parseEnv } from "node:util";
import { Api, Refused, Unreachable } from "./admin/api.ts";
import { bookCommands } from "./admin/books.ts";
import { byokCommands } from "./admin/byok.ts";
import { catalogueCommands } from "./admin/catalogue.ts";
import { type Command, type Input, Misused } from "./admin/command.ts";
import { installationCommands } from "./admin/installation.ts";
import { keyCommands } from "./admin/keys.ts";
import { auditCommands } from "./admin/log.ts";
import { spendCommands } from "./admin/spend.ts";
import { teamCommands } from "./admin/teams.ts";
import { readKept, readText } from "./kept-file.ts";
import { choosePort } from "./port.ts";

const ROOT = join(import.meta.dirname, "../..");
const KEPT = join(ROOT, ".wrangler/pointsman.json");

const COMMANDS: Record<string, Command> = {
  ...keyCommands,
  ...teamCommands,
  ...spendCommands,
  ...bookCommands,
  ...catalogueCommands,
  ...byokCommands,
  ...installationCommands,
  ...auditCommands,
};

const COMMON = `  --url URL        where Pointsman is, or POINTSMAN_URL; default: the one of npm start
  --key KEY        its management key, or POINTSMAN_MANAGEMENT_KEY; default: the one that npm start has made
  --json           for programs`;

/** Exit codes. */
const DONE = 0;
const REFUSED = 1;
const MISUSED = 2;
const UNREACHABLE = 3;

const COMMON_OPTIONS: ParseArgsOptionsConfig = {
  url: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

async function admin(args: string[]): Promise<number> {
  const found = findCommand(args);
  if (!found) {
    const asked = args.filter((arg) => !arg.startsWith("-"));
    if (asked.length === 0 && (args.length === 0 || args.includes("--help") || args.includes("-h"))) {
      console.log(usage());
      return DONE;
    }
    throw new Misused(`There is no command "${asked.slice(0, 2).join(" ")}".\n\n${usage()}`);
  }
  const { name, command, rest } = found;
  const { values, positionals } = parse(rest, name, command);
  if (values.help === true) {
    console.log(usageOf(name, command));
    return DONE;
  }
  const text = (option: string) => {
    const value = values[option];
    return typeof value === "string" ? value : undefined;
  };
  const input: Input = {
    api: connect(text("url"), text("key")),
    names: positionals,
    text,
    isSet: (option) => values[option] === true,
    number: (option) => toNumber(option, text(option)),
  };
  if (command.names === undefined && positionals.length > 0)
    throw new Misused(`"${positionals[0]}" is not understood.\n\n${usageOf(name, command)}`);
  const output = await command.run(input);
  console.log(values.json === true ? JSON.stringify(output.json, null, 2) : output.text);
  return output.isBad ? REFUSED : DONE;
}

function findCommand(args: string[]): { name: string; command: Command; rest: string[] } | undefined {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(" ");
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command && args.length >= words) return { name, command, rest: args.slice(words) };
  }
  return undefined;
}

function parse(args: string[], name: string, command: Command) {
  const own = Object.entries(command.options ?? {}).map(([option, { type }]) => [option, { type }]);
  try {
    const options: ParseArgsOptionsConfig = { ...COMMON_OPTIONS, ...Object.fromEntries(own) };
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new Misused(`${error instanceof Error ? error.message : error}\n\n${usageOf(name, command)}`);
  }
}

function toNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new Misused(`--${option} is "${text}"; it must be a number.`);
  return value;
}

function connect(url: string | undefined, key: string | undefined): Api {
  const { POINTSMAN_URL, POINTSMAN_MANAGEMENT_KEY, PORT } = process.env;
  const local = `http://127.0.0.1:${choosePort(undefined, PORT)}`;
  const origin = originOf(url ?? POINTSMAN_URL ?? local);
  // The key of this machine's own Worker goes nowhere else.
  const found = key ?? POINTSMAN_MANAGEMENT_KEY ?? (origin === local ? localKey() : undefined);
  if (!found)
    throw new Misused(`Which management key has ${origin}? Give it with --key, or as POINTSMAN_MANAGEMENT_KEY.`);
  return new Api(origin, found);
}

function localKey(): string | undefined {
  return parseEnv(readText(join(ROOT, ".dev.vars")) ?? "").MANAGEMENT_KEY || readKept(KEPT).MANAGEMENT_KEY;
}

/** What stands before the path, whichever of the API's addresses was given. */
function originOf(url: string): string {
  const known = URL.canParse(url) ? new URL(url) : undefined;
  if (!known || !/^https?:$/.test(known.protocol))
    throw new Misused(`The URL is "${url}"; it must begin with http:// or https://.`);
  return known.origin;
}

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => heading(name).length));
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${heading(name).padEnd(width)}  ${about}`);
  const codes =
    "The exit code is 1 when the Worker refuses, 2 for a command that is not understood, 3 when nobody answers.";
  return `npm run admin -- COMMAND\n\n${lines.join("\n")}\n\n${COMMON}\n\nnpm run admin -- COMMAND --help tells its options. ${codes}`;
}

function heading(name: string): string {
  const names = COMMANDS[name]?.names;
  return names === undefined ? name : `${name} ${names}`;
}

function usageOf(name: string, { about, options = {} }: Command): string {
  const lines = Object.entries(options).map(([option, { value, about: what }]) =>
    `  --${option}${value === undefined ? "" : ` ${value}`}`.padEnd(20).concat(` ${what}`),
  );
  return [`npm run admin -- ${heading(name)}\n${about}`, lines.join("\n"), COMMON]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What went wrong, and the exit code that belongs to it. */
function fail(error: unknown, isForPrograms: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  const isRefusal = error instanceof Refused;
  console.error(isForPrograms ? JSON.stringify(isRefusal ? error.body : { error: { message } }, null, 2) : message);
  if (error instanceof Misused) return MISUSED;
  return error instanceof Unreachable ? UNREACHABLE : REFUSED;
}

const args = process.argv.slice(2);
try {
  process.exitCode = await admin(args);
} catch (error) {
  process.exitCode = fail(error, args.includes("--json"));
}

import type { Api } from "./api.ts";

/** The command line was not understood; the message says what is wanted. */
export class Misused extends Error {
  override name = "Misused";
}

/** An option of a command: whether it takes a value, and what its value stands for. */
export interface Option {
  type: "string" | "boolean";
  /** Of the value, e.g. `USD`. */
  value?: string;
  about: string;
}

export interface Input {
  api: Api;
  /** What stands behind the command's name. */
  names: string[];
  text(option: string): string | undefined;
  isSet(option: string): boolean;
  /** An option that must be a number. */
  number(option: string): number | undefined;
}

/** What a command prints: for programs, and for people. */
export interface Output {
  json: unknown;
  text: string;
  /** What was asked for is not so; the exit code is 1. */
  isBad?: boolean;
}

export interface Command {
  /** What stands behind its name, e.g. `KEY`; in brackets where it may be left out. */
  names?: string;
  about: string;
  options?: Record<string, Option>;
  run(input: Input): Promise<Output>;
}

/** The only name behind a command. */
export function oneName({ names }: Input, what: string): string {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw new Misused(`${what} is wanted, and nothing else.`);
  return name;
}

/** A list given as `a,b,c`. */
export function listOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

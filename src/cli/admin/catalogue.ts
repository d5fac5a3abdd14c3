import { readFileSync } from "node:fs";
import { type Command, type Input, Misused, oneName } from "./command.ts";

export const catalogueCommands: Record<string, Command> = {
  "catalogue get": {
    about: "the operator's document, to be kept in a file; literal provider keys are sealed",
    async run({ api }) {
      const json = await api.call("/catalog");
      return { json, text: JSON.stringify(json, null, 2) };
    },
  },
  "catalogue check": {
    names: "FILE",
    about: "tells whether the Worker would take a document, and changes nothing; - reads it from the input",
    async run(input) {
      const document = readDocument(input);
      const json = await input.api.call("/catalog", { method: "PUT", json: document, query: { dry_run: "true" } });
      return { json, text: `The document is good: ${countOf(document)}.` };
    },
  },
  "catalogue put": {
    names: "FILE",
    about: "replaces the operator's document; - reads it from the input",
    async run(input) {
      const document = readDocument(input);
      const json = await input.api.call("/catalog", { method: "PUT", json: document });
      return { json, text: `The document is in force, everywhere within a minute: ${countOf(document)}.` };
    },
  },
};

const STANDARD_INPUT = 0;

function readDocument(input: Input): unknown {
  const name = oneName(input, "One file");
  let text: string;
  try {
    text = readFileSync(name === "-" ? STANDARD_INPUT : name, "utf8");
  } catch (error) {
    throw new Misused(`${name} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Misused(`${name} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function countOf(document: unknown): string {
  const count = (name: string) => {
    const section = typeof document === "object" && document !== null ? Object.entries(document) : [];
    const value = section.find(([key]) => key === name)?.[1];
    return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  };
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return `${plural(count("providers"), "provider")}, ${plural(count("models"), "model")}`;
}

import { readFileSync } from "node:fs";
import type { Api } from "./api.ts";
import { type Command, type Input, listOf, Misused, type Output, oneName } from "./command.ts";
import { facts, minute, table } from "./table.ts";

interface TeamKey {
  id: string;
  provider: string;
  label: string;
  name?: string | null;
  disabled: boolean;
  sort_order: number;
  is_fallback: boolean;
  is_required: boolean;
  is_byok_only: boolean;
  created_at: string;
  workspace_id: string;
}

const TEAM = { type: "string", value: "TEAM", about: "id or slug of the team; default: the default one" } as const;

export const byokCommands: Record<string, Command> = {
  "byok list": {
    about: "a team's own keys at providers, in the order in which they are tried",
    options: { team: TEAM, provider: { type: "string", value: "SLUG", about: "at this provider only" } },
    async run({ api, text }) {
      const keys = await listKeys(api, text("team"), text("provider"));
      return { json: keys, text: toTable(keys) };
    },
  },
  "byok add": {
    names: "PROVIDER",
    about: "adds a key, which it reads from the input: where a command is kept, a key has no place",
    options: {
      "from-env": { type: "string", value: "NAME", about: "reads the key from this variable instead" },
      name: { type: "string", value: "NAME", about: "what to call it" },
      fallback: { type: "boolean", about: "is tried after the operator's own key" },
      required: { type: "boolean", about: "where it may be used, the operator's is not" },
      "byok-only": { type: "boolean", about: "the operator's key is not used at this provider at all" },
      models: { type: "string", value: "A,B", about: "the only models that it serves" },
      zdr: { type: "boolean", about: "the account behind it keeps nothing of what is sent" },
      team: TEAM,
    },
    run: add,
  },
  "byok remove": {
    names: "ID",
    about: "removes a key",
    async run(input) {
      const id = oneName(input, "One id");
      const json = await input.api.call(`/byok/${encodeURIComponent(id)}`, { method: "DELETE" });
      return { json, text: `The key ${id} is removed.` };
    },
  },
  "byok reseal": {
    about: "seals what is stored again with the first of MASTER_KEYS, so that the others can go",
    async run({ api }) {
      const json = await api.data<{ resealed: number; unreadable: object[] }>("/byok/reseal", { method: "POST" });
      const rest =
        json.unreadable.length === 0 ? "" : `\nNo master key opens these:\n${JSON.stringify(json.unreadable, null, 2)}`;
      return { json, text: `${json.resealed} sealed again.${rest}`, isBad: json.unreadable.length > 0 };
    },
  },
};

const PAGE_SIZE = 100;

async function listKeys(api: Api, team: string | undefined, provider: string | undefined): Promise<TeamKey[]> {
  const keys: TeamKey[] = [];
  for (;;) {
    const page = { offset: String(keys.length), limit: String(PAGE_SIZE) };
    const found = await api.data<TeamKey[]>("/byok", { query: { ...page, workspace_id: team, provider } });
    keys.push(...found);
    if (found.length < PAGE_SIZE) return keys;
  }
}

async function add(input: Input): Promise<Output> {
  const { api, text, isSet } = input;
  const json = {
    provider: oneName(input, "One provider"),
    key: readSecret(text("from-env")),
    name: text("name"),
    is_fallback: isSet("fallback") || undefined,
    is_required: isSet("required") || undefined,
    is_byok_only: isSet("byok-only") || undefined,
    allowed_models: listOf(text("models")),
    declared_zdr: isSet("zdr") || undefined,
    workspace_id: text("team"),
  };
  const key = await api.data<TeamKey>("/byok", { json });
  const { id, provider, label, sort_order, workspace_id } = key;
  return { json: key, text: facts({ id, provider, key: label, place: sort_order, team: workspace_id }) };
}

const STANDARD_INPUT = 0;

function readSecret(variable: string | undefined): string {
  if (variable !== undefined) {
    const value = process.env[variable];
    if (!value) throw new Misused(`The variable ${variable} is empty.`);
    return value;
  }
  if (process.stdin.isTTY) console.error("The provider's key, then Enter and Ctrl-D:");
  const value = readFileSync(STANDARD_INPUT, "utf8").trim();
  if (value === "") throw new Misused("No key was given: put it into the input, or name a variable with --from-env.");
  return value;
}

function toTable(keys: TeamKey[]): string {
  const rows = keys.map((key) => [
    ...[key.id, key.provider, key.label, key.name, key.sort_order],
    ...[useOf(key), key.disabled ? "disabled" : "active", minute(key.created_at)],
  ]);
  const headings = ["id", "provider", "key", "name", "place", "use", "state", "added"];
  return table(headings, rows, "This team has no keys of its own.");
}

function useOf({ is_fallback, is_required, is_byok_only }: TeamKey): string {
  if (is_byok_only) return "alone";
  const use = is_fallback ? "fallback" : "first";
  return is_required ? `${use}, required` : use;
}

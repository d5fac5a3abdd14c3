import type { Api } from "./api.ts";
import { type Command, type Input, listOf, Misused, type Output, oneName } from "./command.ts";
import { dollars, facts, minute, table } from "./table.ts";

interface Key {
  hash: string;
  label: string;
  name: string;
  kind?: string;
  disabled: boolean;
  limit: number | null;
  limit_remaining: number | null;
  limit_reset: string | null;
  usage: number;
  byok_usage: number;
  usage_monthly: number;
  created_at: string;
  expires_at?: string | null;
  workspace_id: string;
}

const TEAM = { type: "string", value: "TEAM", about: "id or slug of the team" } as const;

export const keyCommands: Record<string, Command> = {
  "keys create": {
    about: "makes a key; its token is shown this once",
    options: {
      name: { type: "string", value: "NAME", about: "what the key is for" },
      limit: { type: "string", value: "USD", about: "what it may spend" },
      reset: { type: "string", value: "PERIOD", about: "daily, weekly or monthly: when the limit starts anew" },
      expires: { type: "string", value: "TIME", about: "e.g. 2027-01-31T12:00:00Z" },
      models: { type: "string", value: "A,B", about: "the only models that it may use" },
      "include-byok": { type: "boolean", about: "the limit also counts what the team's own provider keys pay" },
      management: { type: "boolean", about: "a management key" },
      team: TEAM,
    },
    run: createKey,
  },
  "keys list": {
    about: "the keys of a team, or with --all of every team",
    options: { team: TEAM, all: { type: "boolean", about: "of every team" } },
    async run({ api, text, isSet }) {
      const keys = await listKeys(api, isSet("all") ? "*" : text("team"));
      return { json: keys, text: toTable(keys) };
    },
  },
  "keys show": {
    names: "KEY",
    about: "one key, by its name, its hash or the beginning of it",
    async run(input) {
      const key = await findKey(input);
      return { json: key, text: describe(key) };
    },
  },
  "keys revoke": {
    names: "KEY",
    about: "deletes a key, or with --disable switches it off; it is refused within a minute everywhere",
    options: { disable: { type: "boolean", about: "keeps the key, to be enabled again" } },
    async run(input) {
      const { hash, name } = await findKey(input);
      const call = input.isSet("disable") ? { method: "PATCH", json: { disabled: true } } : { method: "DELETE" };
      const json = await input.api.call(`/keys/${hash}`, call);
      return { json, text: `The key "${name}" is ${input.isSet("disable") ? "disabled" : "deleted"}.` };
    },
  },
  "keys rotate": {
    names: "KEY",
    about: "gives a key a new token, which is shown this once",
    options: {
      grace: { type: "string", value: "SECONDS", about: "how long the old token still works; default: not at all" },
    },
    async run(input) {
      const { hash } = await findKey(input);
      const json = { grace_seconds: input.number("grace") ?? 0 };
      return shown(await input.api.call(`/keys/${hash}/rotate`, { json }));
    },
  },
};

async function createKey({ api, text, number, isSet, names }: Input): Promise<Output> {
  const name = text("name");
  if (name === undefined || names.length > 0) throw new Misused("A name is wanted: keys create --name NAME");
  const json = {
    name,
    limit: number("limit"),
    limit_reset: text("reset"),
    expires_at: text("expires"),
    allowed_models: listOf(text("models")),
    include_byok_in_limit: isSet("include-byok") || undefined,
    is_management_key: isSet("management") || undefined,
    workspace_id: text("team"),
  };
  return shown(await api.call("/keys", { json }));
}

function shown(answer: { key: string; data: Key }): Output {
  const token = `${answer.key}\n\nThat is its token; it is shown only now.\n\n`;
  return { json: answer, text: token + describe(answer.data) };
}

const PAGE_SIZE = 100;

async function listKeys(api: Api, team: string | undefined): Promise<Key[]> {
  const keys: Key[] = [];
  for (;;) {
    const query = { offset: String(keys.length), workspace_id: team };
    const page = await api.data<Key[]>("/keys", { query });
    keys.push(...page);
    if (page.length < PAGE_SIZE) return keys;
  }
}

const HASH_CHARS = 64;
const MIN_PREFIX_CHARS = 4;

async function findKey(input: Input): Promise<Key> {
  const wanted = oneName(input, "One key");
  if (wanted.length === HASH_CHARS) return input.api.data(`/keys/${encodeURIComponent(wanted)}`);
  const keys = await listKeys(input.api, "*");
  const isMeant = ({ hash, name, label }: Key) =>
    name === wanted || label === wanted || (wanted.length >= MIN_PREFIX_CHARS && hash.startsWith(wanted));
  const [key, ...others] = keys.filter(isMeant);
  if (!key) throw new Misused(`There is no key "${wanted}". keys list --all shows them all.`);
  if (others.length > 0)
    throw new Misused(`"${wanted}" means several keys; take the hash:\n\n${toTable([key, ...others])}`);
  return key;
}

function toTable(keys: Key[]): string {
  const rows = keys.map((key) => [
    ...[key.hash.slice(0, 12), key.name, key.label, key.workspace_id, stateOf(key), dollars(key.usage)],
    ...[limitOf(key), minute(key.expires_at)],
  ]);
  return table(["hash", "name", "label", "team", "state", "spent", "limit", "expires"], rows, "There are no keys.");
}

function describe(key: Key): string {
  return facts({
    hash: key.hash,
    name: key.name,
    label: key.label,
    kind: key.kind,
    team: key.workspace_id,
    state: stateOf(key),
    limit: limitOf(key),
    left: dollars(key.limit_remaining),
    spent: dollars(key.usage),
    "spent this month": dollars(key.usage_monthly),
    "on own provider keys": dollars(key.byok_usage),
    created: minute(key.created_at),
    expires: minute(key.expires_at),
  });
}

function stateOf({ disabled, expires_at }: Key): string {
  if (disabled) return "disabled";
  return expires_at && Date.parse(expires_at) <= Date.now() ? "expired" : "active";
}

function limitOf({ limit, limit_reset }: Key): string {
  return limit === null ? "-" : `${dollars(limit)}${limit_reset ? ` ${limit_reset}` : ""}`;
}

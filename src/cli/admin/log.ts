import type { Command } from "./command.ts";
import { Misused } from "./command.ts";
import { facts, minute, table } from "./table.ts";

interface Action {
  seq: number;
  at: string;
  actor: { kind: string; name?: string; label?: string };
  method: string;
  target: string;
  status: number | null;
  fields: Record<string, unknown>;
  ip: string | null;
}

interface Verdict {
  ok: boolean;
  entries: number;
  first_bad?: number;
  head: { seq: number; hash: string };
}

const DEFAULT_LIMIT = "50";

export const auditCommands: Record<string, Command> = {
  "audit list": {
    about: "what was done with management keys, the newest first",
    options: {
      from: { type: "string", value: "TIME", about: "not before this date or time" },
      to: { type: "string", value: "TIME", about: "not after it" },
      limit: { type: "string", value: "NUMBER", about: `default: ${DEFAULT_LIMIT}` },
      cursor: { type: "string", value: "CURSOR", about: "where an earlier list ended" },
    },
    async run({ api, text }) {
      const page = { limit: text("limit") ?? DEFAULT_LIMIT, cursor: text("cursor") };
      const query = { from: text("from"), to: text("to"), ...page };
      const json = await api.call<{ data: Action[]; next_cursor: string | null }>("/audit", { query });
      const more = json.next_cursor === null ? "" : `\n\nThere is more: --cursor ${json.next_cursor}`;
      return { json, text: toTable(json.data) + more };
    },
  },
  "audit verify": {
    about: "reads the whole log again; the exit code is 1 when something in it was changed",
    options: {
      seq: { type: "string", value: "NUMBER", about: "of a head that was noted earlier" },
      hash: { type: "string", value: "HASH", about: "its hash" },
    },
    async run({ api, text }) {
      const [seq, hash] = [text("seq"), text("hash")];
      if ((seq === undefined) !== (hash === undefined)) throw new Misused("--seq and --hash go together.");
      const json = await api.data<Verdict>("/audit/verify", { query: { seq, hash } });
      return { json, text: describe(json), isBad: !json.ok };
    },
  },
};

function toTable(actions: Action[]): string {
  const rows = actions.map(({ at, actor, method, target, status, fields, ip }) => [
    ...[minute(at), actor.name ?? actor.label ?? actor.kind, `${method} ${target}`],
    ...[status ?? "unknown", JSON.stringify(fields).slice(0, 80), ip],
  ]);
  return table(["when (UTC)", "who", "what", "status", "with", "from"], rows, "Nothing was done in that time.");
}

function describe({ ok, entries, first_bad, head }: Verdict): string {
  if (!ok) return `The log was changed: entry ${first_bad} of ${entries} is not what was written.`;
  const noted = facts({ seq: head.seq, hash: head.hash });
  return `The log is whole: ${entries} entries. Its head, to be noted elsewhere and compared with --seq and --hash:\n\n${noted}`;
}

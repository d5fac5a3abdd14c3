import type { Command } from "./command.ts";
import { dollars, table } from "./table.ts";

interface Spend {
  usage: number;
  byok_usage: number;
  requests: number;
  prompt_tokens: number;
  completion_tokens: number;
}

interface Report {
  data: (Spend & Record<string, string | null>)[];
  from: string;
  to: string;
  is_truncated: boolean;
}

const NUMBERS = new Set(["usage", "byok_usage", "requests", "prompt_tokens", "completion_tokens", "reasoning_tokens"]);

export const spendCommands: Record<string, Command> = {
  spend: {
    about: "what was spent, by model and more",
    options: {
      by: {
        type: "string",
        value: "A,B",
        about: "model, key, provider, endpoint, day, user, workspace; default: model",
      },
      from: { type: "string", value: "DATE", about: "the first UTC day; default: 30 days back" },
      to: { type: "string", value: "DATE", about: "the last one; default: today" },
      team: { type: "string", value: "TEAM", about: "id or slug of the team; default: all" },
      csv: { type: "boolean", about: "prints CSV" },
    },
    async run({ api, text, isSet }) {
      const query = { group_by: text("by") ?? "model", from: text("from"), to: text("to"), workspace_id: text("team") };
      if (isSet("csv")) {
        const csv = await api.text("/reports/spend", { query: { ...query, format: "csv" } });
        return { json: csv, text: csv.trimEnd() };
      }
      const report = await api.call<Report>("/reports/spend", { query });
      return { json: report, text: render(report) };
    },
  },
};

function render({ data, from, to, is_truncated }: Report): string {
  const groups = Object.keys(data[0] ?? {}).filter((name) => !NUMBERS.has(name));
  const rows = data.map((row) => [
    ...groups.map((name) => row[name]),
    ...[dollars(row.usage), dollars(row.byok_usage), row.requests, row.prompt_tokens, row.completion_tokens],
  ]);
  const headings = [...groups, "spent", "on own keys", "requests", "prompt tokens", "completion tokens"];
  const sum = (name: "usage" | "byok_usage") => data.reduce((total, row) => total + row[name], 0);
  const own = sum("byok_usage") > 0 ? `, and ${dollars(sum("byok_usage"))} on the teams' own provider keys` : "";
  return [
    table(headings, rows, "Nothing was spent."),
    `From ${from} to ${to}: ${dollars(sum("usage"))}${own}.`,
    ...(is_truncated ? ["There is more than is shown; ask for fewer days, or for one team."] : []),
  ].join("\n\n");
}

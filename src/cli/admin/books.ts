import type { Command } from "./command.ts";
import { type Cell, dollars, minute, table } from "./table.ts";

interface Team {
  workspace_id: string;
  days: number;
  records: number;
  checked_at: string | null;
  differences: { date: string; account: string; book: string; booked: Sums; records: Sums }[];
  upstream: {
    days: number;
    eligible: number;
    compared: number;
    unknown: number;
    errors: number;
    usage: number;
    upstream_usage: number;
    differences: UpstreamDifference[];
  };
}

interface Sums {
  usage: number;
  requests?: number;
}

interface UpstreamDifference {
  date: string;
  generation_id: string;
  provider: string;
  cost_certainty: string;
  usage: number;
  upstream_usage: number;
}

export const bookCommands: Record<string, Command> = {
  books: {
    about: "whether the sums are those of the records, and what upstreams say; exit code 1: something differs",
    options: { team: { type: "string", value: "TEAM", about: "id or slug of the team; default: all" } },
    async run({ api, text }) {
      const query = { workspace_id: text("team") };
      const { data } = await api.call<{ data: Team[] }>("/reports/reconciliation", { query });
      const isBad = data.some(({ differences, upstream }) => differences.length + upstream.differences.length > 0);
      return { json: data, text: render(data), isBad };
    },
  },
};

function render(teams: Team[]): string {
  const own = teams.map(({ workspace_id, days, records, checked_at, differences }) => [
    ...[workspace_id, days, records, minute(checked_at), differences.length],
  ]);
  const asked = teams
    .filter(({ upstream }) => upstream.days > 0)
    .map(({ workspace_id, upstream: of }) => [
      ...[workspace_id, of.days, of.eligible, of.compared, of.unknown, of.errors],
      ...[dollars(of.usage), dollars(of.upstream_usage), of.differences.length],
    ]);
  const counts = ["could be asked for", "compared", "unknown there", "not answered"];
  return [
    table(["team", "days", "records", "compared", "differences"], own, "There are no teams."),
    table(["upstreams", "days", ...counts, "booked", "charged", "differences"], asked, "No upstream was asked."),
    ...section(["date", "team", "account", "book", "booked", "records"], teams.flatMap(ownRows)),
    ...section(["date", "team", "generation", "provider", "certainty", "booked", "charged"], teams.flatMap(askedRows)),
  ].join("\n\n");
}

function ownRows({ workspace_id, differences }: Team): Cell[][] {
  const show = ({ usage, requests = 0 }: Sums) => `${dollars(usage)}, ${requests} requests`;
  return differences.map(({ date, account, book, booked, records }) => [
    ...[date, workspace_id, account, book, show(booked), show(records)],
  ]);
}

function askedRows({ workspace_id, upstream }: Team): Cell[][] {
  return upstream.differences.map((one) => [
    ...[one.date, workspace_id, one.generation_id, one.provider, one.cost_certainty],
    ...[dollars(one.usage), dollars(one.upstream_usage)],
  ]);
}

function section(headings: string[], rows: Cell[][]): string[] {
  return rows.length > 0 ? [table(headings, rows, "")] : [];
}

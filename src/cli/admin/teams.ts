import { type Command, type Input, Misused, type Output, oneName } from "./command.ts";
import { dollars, facts, minute, table } from "./table.ts";

interface Team {
  id: string;
  slug: string;
  name: string;
  created_at: string;
}

interface Budget {
  reset_interval: string | null;
  limit_usd: number;
  updated_at: string;
}

export const teamCommands: Record<string, Command> = {
  "teams list": {
    about: "the teams",
    async run({ api }) {
      const teams = await listTeams(api);
      const rows = teams.map(({ id, slug, name, created_at }) => [id, slug, name, minute(created_at)]);
      return { json: teams, text: table(["id", "slug", "name", "created"], rows, "There are no teams.") };
    },
  },
  "teams create": {
    names: "NAME",
    about: "makes a team",
    options: {
      id: { type: "string", value: "ID", about: "its id, which stays; default: a new one" },
      slug: { type: "string", value: "SLUG", about: "its name in URLs; default: the id" },
    },
    async run(input) {
      const { api, text } = input;
      const json = { name: oneName(input, "The team's name"), id: text("id"), slug: text("slug") };
      const team = await api.data<Team>("/workspaces", { json });
      return { json: team, text: facts({ id: team.id, slug: team.slug, name: team.name }) };
    },
  },
  "teams budget": {
    names: "TEAM",
    about: "a team's budgets; with --limit or --remove it changes one",
    options: {
      interval: { type: "string", value: "PERIOD", about: "daily, weekly, monthly or lifetime; default: monthly" },
      limit: { type: "string", value: "USD", about: "what all its keys together may spend in that time" },
      remove: { type: "boolean", about: "takes that budget away" },
    },
    run: budget,
  },
};

const PAGE_SIZE = 100;

async function listTeams(api: Input["api"]): Promise<Team[]> {
  const teams: Team[] = [];
  for (;;) {
    const page = await api.data<Team[]>("/workspaces", {
      query: { offset: String(teams.length), limit: String(PAGE_SIZE) },
    });
    teams.push(...page);
    if (page.length < PAGE_SIZE) return teams;
  }
}

async function budget(input: Input): Promise<Output> {
  const { api, text, isSet, number } = input;
  const path = `/workspaces/${encodeURIComponent(oneName(input, "One team"))}/budgets`;
  const interval = encodeURIComponent(text("interval") ?? "monthly");
  const limit = number("limit");
  if (limit !== undefined && isSet("remove")) throw new Misused("--limit and --remove do not go together.");
  if (limit !== undefined) await api.call(`${path}/${interval}`, { method: "PUT", json: { limit_usd: limit } });
  if (isSet("remove")) await api.call(`${path}/${interval}`, { method: "DELETE" });
  const budgets = await api.data<Budget[]>(path);
  const rows = budgets.map((one) => [one.reset_interval ?? "lifetime", dollars(one.limit_usd), minute(one.updated_at)]);
  return { json: budgets, text: table(["interval", "limit", "changed"], rows, "This team has no budgets.") };
}

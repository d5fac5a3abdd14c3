import type { Command } from "./command.ts";
import { facts, minute, table } from "./table.ts";

interface Preset {
  slug: string;
  name: string;
  updated_at: string;
}

interface Catalogue {
  providers?: object;
  models?: object;
}

export const installationCommands: Record<string, Command> = {
  "presets list": {
    about: "the presets",
    async run({ api }) {
      const presets = await api.data<Preset[]>("/presets", { query: { limit: "100" } });
      const rows = presets.map(({ slug, name, updated_at }) => [slug, name, minute(updated_at)]);
      return { json: presets, text: table(["slug", "name", "changed"], rows, "There are no presets.") };
    },
  },
  health: {
    about: "whether the Worker answers, its stores too, and what it can serve",
    async run({ api }) {
      const startedAtMs = performance.now();
      const [providers, models, catalogue, audit] = await Promise.all([
        api.data<{ slug: string }[]>("/providers", { query: { all: "false" } }),
        api.data<{ count: number }>("/models/count", { query: { all: "false" } }),
        api.call<Catalogue>("/catalog"),
        api.call<{ data: unknown[] }>("/audit", { query: { limit: "1" } }),
      ]);
      const json = {
        url: api.origin,
        took_ms: Math.round(performance.now() - startedAtMs),
        providers: providers.map(({ slug }) => slug),
        models: models.count,
        own_providers: Object.keys(catalogue.providers ?? {}).length,
        own_models: Object.keys(catalogue.models ?? {}).length,
        is_audited: audit.data.length > 0,
      };
      return {
        json,
        text: facts({
          answers: `${json.url}, in ${json.took_ms} ms`,
          "providers with a key": json.providers.join(", ") || "none",
          "models to serve": json.models,
          "of the operator's": `${json.own_providers} providers, ${json.own_models} models`,
        }),
      };
    },
  },
};

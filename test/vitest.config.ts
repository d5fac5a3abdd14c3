import { cloudflareTest } from "@cloudflare/vitest-plugin";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
// @ts-expect-error plain JavaScript, typed by its comment
import { tablesAsCode } from "../src/cli/tables.mjs";

/** Tests that need Node: real sockets, official clients, the command line. */
const NODE_TESTS = [
  "test/e2e/**/*.test.ts",
  "test/contract/**/*.e2e.test.ts",
  "test/cli/**/*.test.ts",
  "test/fuzz/**/*.test.ts",
];

/**
 * What is imported on first use is imported at the start: the runner's own dynamic import talks to Node, and a promise
 * that began in one request must not be waited for in another. In the bundle it is a plain import of a module that is
 * there; `test/e2e` shows that.
 */
const importedAtStart: Plugin = {
  name: "imported-at-start",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/src/") || id.includes("/node_modules/")) return undefined;
    const paths: string[] = [];
    const changed = code.replace(/(?<!typeof )\bimport\(\s*("[^"]+")\s*\)/g, (_, path: string) => {
      return `Promise.resolve(lazy${paths.push(path) - 1})`;
    });
    if (paths.length === 0) return undefined;
    // At the end, so that no line moves.
    return `${changed}\n${paths.map((path, index) => `import * as lazy${index} from ${path};`).join("\n")}\n`;
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          importedAtStart,
          tablesAsCode(),
          cloudflareTest({
            main: "./src/index.ts",
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: {
                MANAGEMENT_KEY: "sk-management-for-tests",
                // A ledger's alarm must not load modules beside a test: they come over the test's own connection.
                UPSTREAM_COST_CHECKS: "0",
                MASTER_KEYS: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
              },
            },
          }),
        ],
        test: {
          name: "workerd",
          // Properties run thousands of cases; a slow machine may take its time.
          testTimeout: 30_000,
          include: ["test/**/*.test.ts"],
          exclude: [...NODE_TESTS, "test/bench/**"],
          isolate: false,
        },
      },
      {
        test: {
          name: "node",
          include: NODE_TESTS,
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 20_000,
        },
      },
    ],
  },
});

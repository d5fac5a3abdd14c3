import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Tests that need Node: real sockets, official clients, the command line. */
const NODE_TESTS = [
  "test/e2e/**/*.test.ts",
  "test/contract/**/*.e2e.test.ts",
  "test/cli/**/*.test.ts",
  "test/fuzz/**/*.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            main: "./src/index.ts",
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: {
                MANAGEMENT_KEY: "sk-management-for-tests",
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

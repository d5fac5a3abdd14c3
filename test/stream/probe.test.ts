import { env, exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { readCatalogue } from "../../src/store/catalogue.ts";
it("probe", async () => {
  const r = await exports.default.fetch("http://127.0.0.1/api/v1/models?limit=1&offset=0");
  console.log(r.status, await r.text());
  const { catalogue } = await readCatalogue(env.KV, () => {});
  console.log(catalogue.modelIds().length);
  console.log(Date.parse("-5"), Date.parse("foo 3"), Date.parse("5s"), Date.parse("soon"));
});

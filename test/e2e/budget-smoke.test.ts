import { afterAll, expect, it } from "vitest";
import { startIsolates } from "../support/many-isolates.ts";
const world = await startIsolates(4);
afterAll(() => world.close());
it("works", async () => {
  const { key, hash } = await world.createKey({ limit: 1 });
  for (let i = 0; i < 4; i++) {
    const r = await world.send(i, "/chat/completions", { headers: { authorization: `Bearer ${key}` }, json: { model: "demo/echo", messages: [{ role: "user", content: "hi" }] } });
    console.log(r.status, await r.text());
  }
  console.log(await world.balance(hash), await world.query("select * from lease"), await world.query("select * from spend"));
  await world.evict();
  console.log(await world.balance(hash));
  await world.kill();
  console.log(await world.balance(hash));
  const r = await world.send(3, "/key", { headers: { authorization: `Bearer ${key}` } });
  console.log(r.status, await r.text());
  console.log(world.logs());
  expect(1).toBe(1);
}, 60000);

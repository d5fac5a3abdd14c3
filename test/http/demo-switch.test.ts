import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { HELLO, makeKey, requestTo } from "./client.ts";

/** The status of a chat with a demo model, and whether the models' list has it. */
async function demo(origin: string, DEMO?: string) {
  const { key } = await makeKey();
  const ctx = createExecutionContext();
  const bindings = { ...env, ...(DEMO !== undefined && { DEMO }) };
  const ask = (path: string, call: object) => createApp().fetch(requestTo(path, { origin, ...call }), bindings, ctx);
  const chat = await ask("/api/v1/chat/completions", { key, json: { model: "demo/echo", messages: HELLO } });
  await chat.text();
  const models = (await (await ask("/api/v1/models", {})).json()) as { data: { id: string }[] };
  await waitOnExecutionContext(ctx);
  return { status: chat.status, isListed: models.data.some(({ id }) => id === "demo/echo") };
}

const ON = { status: 200, isListed: true };
const OFF = { status: 404, isListed: false };

describe("the demo provider", () => {
  it.each([
    ["http://127.0.0.1:8787", undefined, ON],
    ["http://127.9.9.9", undefined, ON],
    ["http://localhost:8787", undefined, ON],
    ["http://[::1]:8787", undefined, ON],
    ["https://pointsman.example.workers.dev", undefined, OFF],
    ["https://localhost.evil.test", undefined, OFF],
    ["https://127.0.0.1.evil.test", undefined, OFF],
    ["http://10.0.0.1", undefined, OFF],
    ["https://pointsman.example.workers.dev", "on", ON],
    ["http://127.0.0.1:8787", "off", OFF],
    ["https://pointsman.example.workers.dev", "off", OFF],
    ["https://pointsman.example.workers.dev", "", OFF],
  ])("at %s with DEMO=%s: %j", async (origin, setting, expected) => {
    expect(await demo(origin, setting)).toEqual(expected);
  });
});

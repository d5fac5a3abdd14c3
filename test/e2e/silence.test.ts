import { afterAll, expect, it } from "vitest";
import { askAndLeave } from "../support/leaving-client.ts";
import { ROLE, say } from "../support/openai-chat.ts";
import { sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("silence");
const { gateway } = world;
afterAll(() => world.close());

/** A heartbeat is due every ten seconds; local workerd notices a closed connection when it writes to it once more. */
const BEAT_MS = 10_000;
const MESSAGES = [{ role: "user", content: "And then?" }];

it("a silence has heartbeats, and who leaves in it is noticed by them", { timeout: 6 * BEAT_MS }, async () => {
  const cast = await world.addModels(["a", "b"], { first: sse([ROLE, say("Once "), "stall"]) });
  const [stays, leaves] = [0, 1].map((index) =>
    askAndLeave(gateway, { model: cast.model(index), messages: MESSAGES, stream: true }),
  );
  if (!stays || !leaves) throw new Error("two clients were asked for");
  await Promise.all([stays.until("Once "), leaves.until("Once ")]);
  const id = String((await leaves.response).headers["x-generation-id"]);
  const left = cast.route("first").visits.find(({ body }) => body.model === "b");
  leaves.leave("close");

  const startedAtMs = performance.now();
  let text = "";
  (await stays.response).on("data", (piece: string) => {
    text += piece;
  });
  await left?.ended;
  expect(left?.ending).toBe("departed");
  expect(performance.now() - startedAtMs).toBeLessThan(2.5 * BEAT_MS);
  expect(text).toMatch(/^(: OPENROUTER PROCESSING\n\n)+$/);
  const record = await gateway.generation(id);
  expect(record).toMatchObject({ outcome: "cancelled", finish_reason: null });
  expect(record.total_cost).toBeGreaterThan(0);
  stays.leave("reset");
});

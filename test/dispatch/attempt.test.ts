import { afterEach, describe, expect, it, vi } from "vitest";
import { Attempt } from "../../src/dispatch/attempt.ts";
import { PartSource } from "../../src/stream/source.ts";
import { ROLE } from "../support/openai-chat.ts";
import { connect, pause, sse } from "./network.ts";
import { endpointsOf, HELLO } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const [ENDPOINT] = endpointsOf({ a: {} });
if (!ENDPOINT) throw new Error("no endpoint");

describe("an attempt that is cancelled before it has said anything", () => {
  it.each(Array.from({ length: 12 }, (_, steps) => [steps]))("ends, also %i steps after a read", async (steps) => {
    connect({ a: sse([ROLE, pause(1000)]) });
    const attempt = new Attempt(ENDPOINT, { isStream: true, key: undefined });
    const read = PartSource.prototype.read;
    let reads = 0;
    vi.spyOn(PartSource.prototype, "read").mockImplementation(async function (this: PartSource) {
      if (++reads > 50) throw new Error("it reads for ever");
      const parts = await read.call(this);
      if (reads === 1) void cancelAfter(attempt, steps);
      return parts;
    });
    expect(await attempt.open({ ...HELLO, stream: true }, false)).toMatchObject({ kind: "interrupted" });
    expect(reads).toBeLessThan(5);
  });
});

async function cancelAfter(attempt: Attempt, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await Promise.resolve();
  attempt.cancel();
}

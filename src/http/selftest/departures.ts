import { type Check, must, mustBe } from "./check.ts";
import type { Client } from "./client.ts";

/** Long enough for an attempt to be on its way. */
const PATIENCE_MS = 150;

const DEPARTURES: Omit<Check, "group">[] = [
  {
    name: "hangs up in mid-stream and pays for what it got",
    async run(client) {
      const response = await client.open({ model: "demo/story", stream: true });
      await readSome(response);
      await response.body?.cancel();
      await expectCancelled(client, response, "paid");
      return undefined;
    },
  },
  {
    name: "is gone in mid-stream and pays for what it got",
    async run(client) {
      const departure = new AbortController();
      const response = await client.open({ model: "demo/story", stream: true }, { signal: departure.signal });
      await readSome(response);
      departure.abort();
      await expectCancelled(client, response, "paid");
      return undefined;
    },
  },
  ...[false, true].map((stream) => ({
    name: `is gone before the first word and pays nothing${stream ? ", streamed" : ""}`,
    async run(client: Client) {
      const departure = new AbortController();
      const models = ["demo/fault-hang", "demo/echo"];
      setTimeout(() => departure.abort(), PATIENCE_MS);
      const response = await client.open({ models, stream }, { signal: departure.signal });
      await expectCancelled(client, response, "free");
      return undefined;
    },
  })),
];

/** A client that leaves before the end. */
export const DEPARTURE_CHECKS = DEPARTURES.map((check): Check => ({ ...check, group: "a client that leaves" }));

async function readSome(response: Response): Promise<void> {
  mustBe("the status", response.status, 200);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  must(value !== undefined, "the stream ends before its first word");
  reader?.releaseLock();
}

async function expectCancelled(client: Client, response: Response, price: "paid" | "free"): Promise<void> {
  const record = await client.record(response.headers.get("x-generation-id"));
  mustBe("the record's outcome", record.outcome, "cancelled");
  mustBe("the record's cancelled", record.cancelled, true);
  mustBe("the record's finish reason", record.finish_reason, null);
  mustBe("the number of attempts", record.provider_responses.length, 1);
  if (price === "free") return mustBe("the record's cost", record.total_cost, 0);
  must((record.total_cost ?? 0) > 0, "what was delivered has cost nothing");
  mustBe("the record's certainty", record.cost_certainty, "at_least");
}

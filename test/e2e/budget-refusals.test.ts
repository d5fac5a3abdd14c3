import type { OpenRouter } from "@openrouter/sdk";
import {
  type OpenRouterError,
  PaymentRequiredResponseError,
  TooManyRequestsResponseError,
} from "@openrouter/sdk/models/errors";
import OpenAI from "openai";
import { afterAll, describe, expect, it } from "vitest";
import { openAiClient, openRouterClient } from "../support/clients.ts";
import { sharedGateway } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json, startUpstream } from "../support/upstream.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

const MODEL = "acme/one";
const usage = { prompt_tokens: 1, completion_tokens: 600, total_tokens: 601 };
await gateway.addCatalog({
  providers: {
    acme: { name: "Acme", api: "openai-chat", base_url: upstream.route(json(completion("Hi", { usage }))).baseUrl },
  },
  models: {
    [MODEL]: {
      name: "One",
      endpoints: [{ provider: "acme", model: "one", pricing: { prompt: "0", completion: "0.000001" } }],
    },
  },
});

const messages = [{ role: "user" as const, content: "Hi" }];
const ask = ({ chat }: OpenRouter, stream = false) =>
  chat.send({ chatRequest: { model: MODEL, messages, maxTokens: 1_000, stream } as const });

/** Limits that one request uses up, and what the clients make of the next one. */
interface Spent {
  name: string;
  limits: Record<string, unknown>;
  status: number;
  ofOpenRouter: new (...fields: never[]) => OpenRouterError;
  ofOpenAi: new (...fields: never[]) => Error;
}
const SPENT: Spent[] = [
  {
    name: "money",
    limits: { limit: 0.001 },
    status: 402,
    ofOpenRouter: PaymentRequiredResponseError,
    ofOpenAi: OpenAI.APIError,
  },
  {
    name: "requests a minute",
    limits: { rpm: 1 },
    status: 429,
    ofOpenRouter: TooManyRequestsResponseError,
    ofOpenAi: OpenAI.RateLimitError,
  },
];

describe.each([false, true])(
  "a key that has used up its limit, asked by an official client; streamed: %s",
  (stream) => {
    it.each(SPENT)("is a typed error of OpenRouter's SDK: $name", async ({ limits, status, ofOpenRouter }) => {
      const { baseUrl } = gateway;
      const client = openRouterClient({ baseUrl, key: await gateway.createKey(limits) });
      await inOneMinute();
      await ask(client);
      const error = await ask(client, stream).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ofOpenRouter);
      const { statusCode, headers, body } = error as OpenRouterError;
      expect(statusCode).toBe(status);
      expect(headers.has("retry-after")).toBe(status === 429);
      expect(JSON.parse(body).error).toMatchObject({ code: status, message: expect.any(String) });
    });

    it.each(SPENT)("is an error of OpenAI's SDK: $name", async ({ limits, status, ofOpenAi }) => {
      const { baseUrl } = gateway;
      const client = openAiClient({ baseUrl, key: await gateway.createKey(limits) });
      const request = { model: MODEL, messages, max_tokens: 1_000 };
      await inOneMinute();
      await client.chat.completions.create(request);
      const error = await client.chat.completions.create({ ...request, stream }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ofOpenAi);
      expect(error).toMatchObject({ status, error: { code: status, metadata: { scope: "api_key" } } });
    });
  },
);

it("a key shows what is left of its limit after each request", async () => {
  const key = await gateway.createKey({ limit: 0.01 });
  const client = openRouterClient({ baseUrl: gateway.baseUrl, key });
  for (let count = 1; count <= 3; count++) {
    await ask(client);
    const { data } = await client.apiKeys.getCurrentKeyMetadata();
    expect(data).toMatchObject({ limit: 0.01, usage: count * 0.0006, usageDaily: count * 0.0006 });
    expect(data.limitRemaining).toBeCloseTo(0.01 - count * 0.0006, 12);
  }
});

/** Enough of the present minute is left for two requests. */
async function inOneMinute(): Promise<void> {
  const restMs = 60_000 - (Date.now() % 60_000);
  if (restMs < 3_000) await new Promise((resolve) => setTimeout(resolve, restMs + 50));
}

import type { ChatRequest, ChatResult, ChatStreamChunk } from "@openrouter/sdk/models";
import { OpenRouterError } from "@openrouter/sdk/models/errors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aiSdkView } from "../support/ai-sdk-view.ts";
import { type ClientView, openAiView } from "../support/client-view.ts";
import { openRouterClient } from "../support/clients.ts";
import type { FrameworkQuestion, FrameworkView } from "../support/framework-view.ts";
import { sharedGateway } from "../support/gateway.ts";
import { langChainView } from "../support/langchain-view.ts";
import { body, type Route, startUpstream } from "../support/upstream.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { bedrockConverse } from "./bedrock-converse.ts";
import { cohereChat } from "./cohere-chat.ts";
import type { Expectation, FormatContract } from "./expectation.ts";
import { googleGemini } from "./google-gemini.ts";
import { mistralChat } from "./mistral-chat.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { bytesOf, type Json, type Recording, recordingsOf } from "./recording.ts";

/**
 * Every recording is served by an upstream on a real socket, in pieces of several sizes, and asked for by the official
 * clients through the whole Worker: they must see what the upstream said, and the upstream what they asked.
 */
const FORMATS: Record<string, FormatContract> = {
  "openai-chat": openaiChat,
  "mistral-chat": mistralChat,
  "cohere-chat": cohereChat,
  "openai-responses": openaiResponses,
  "bedrock-converse": bedrockConverse,
  "anthropic-messages": anthropicMessages,
  "google-gemini": googleGemini,
};

/** Sizes in bytes of the pieces in which an answer arrives; undefined: in one. */
const CUTS = [undefined, 7, 1];

const FRAMEWORKS = [
  { name: "the AI SDK", client: "ai", viewOf: aiSdkView },
  { name: "LangChain", client: "langchain", viewOf: langChainView },
];

/** Clients that get every answer in one piece. */
const OTHER_CLIENTS = ["openrouter", ...FRAMEWORKS.map(({ client }) => client)];

/** So many pieces at the beginning and at the end of an answer are cut off one by one. */
const EDGE_PIECES = 1000;

const upstream = await startUpstream();
const gateway = await sharedGateway();
afterAll(() => upstream.close());

/** One recording in pieces of one size, with a provider and a model of its own so that no other case cools it down. */
interface Served {
  slug: string;
  modelId: string;
  route: Route;
}

const served = new Map<string, Served>();
const nameOf = ({ wire_format: format, id }: Recording, client: string, cut?: number) =>
  `${format}-${id}-${client}-${cut ?? "whole"}`;

for (const [format, contract] of Object.entries(FORMATS)) {
  const recordings = recordingsOf(format);

  describe(`${format} recordings`, () => {
    beforeAll(async () => {
      const providers: Record<string, object> = {};
      const models: Record<string, object> = {};
      for (const recording of recordings) {
        const others = OTHER_CLIENTS.map((client) => ({ client, cut: undefined }));
        const names = [...CUTS.map((cut) => ({ client: "openai", cut })), ...others];
        for (const { client, cut } of names) {
          const slug = nameOf(recording, client, cut);
          const route = serve(recording, cut);
          const quirks = contract.quirksOf(recording);
          providers[slug] = { name: `Company ${slug}`, api: format, base_url: route.baseUrl, quirks };
          models[`recorded/${slug}`] = modelAt(slug, recording.model);
          served.set(slug, { slug, modelId: `recorded/${slug}`, route });
        }
      }
      await gateway.addCatalog({ providers, models });
    });

    it("are there", () => expect(recordings.length).toBeGreaterThan(0));

    describe.each(recordings)("$id", (recording) => {
      const expected = contract.expect(recording);

      it.each(CUTS)("through the openai SDK, in pieces of %s bytes", async (cut) => {
        const { slug, modelId, route } = servedAs(nameOf(recording, "openai", cut));
        const request = withOurNames(contract.toClientRequest(recording), { slug, modelId });
        const view = await openAiView(gateway, request);
        expectAnswer(view, expected, { slug, modelId });
        expectRequest(route, recording, contract);
      });

      it("through @openrouter/sdk", async () => {
        const { slug, modelId } = servedAs(nameOf(recording, "openrouter"));
        const seen = await askOpenRouter({
          model: modelId,
          stream: recording.streaming,
          ...formatIn(recording, contract),
        });
        if (expected.outcome === "refused") {
          // A refusal that its schema does not take comes as another error, with no status in it.
          expect(seen.error).toBeInstanceOf(OpenRouterError);
          expect(expected.failure?.statuses).toContain((seen.error as OpenRouterError).statusCode);
          expect((seen.error as OpenRouterError).name).not.toBe("ResponseValidationError");
          return;
        }
        expect(seen.error, slug).toBeUndefined();
        expect(seen).toMatchObject({ text: expected.text, reasoning: expected.reasoning });
        expect(seen.finishReason).toBe(expected.outcome === "broken" ? "error" : expected.finishReason);
      });

      it.each(FRAMEWORKS)("through $name", async ({ client, viewOf }) => {
        const { modelId } = servedAs(nameOf(recording, client));
        expectFrameworkView(await viewOf(gateway, questionFor(modelId, recording, contract)), expected);
      });
    });
  });
}

function serve(recording: Recording, cut: number | undefined): Route {
  const { status, headers } = recording.response;
  return upstream.route(body([...piecesOf(bytesOf(recording), cut)], { status, headers }));
}

/** A long answer is cut at its beginning and its end; what lies between goes in one piece, to save time. */
function* piecesOf(bytes: Uint8Array, cut = bytes.length): Generator<Uint8Array> {
  const edge = EDGE_PIECES * cut;
  for (let start = 0; start < bytes.length; ) {
    const isMiddle = start === edge && bytes.length > 2 * edge;
    const end = isMiddle ? bytes.length - edge : start + cut;
    yield bytes.subarray(start, end);
    start = end;
  }
}

function modelAt(slug: string, model: string) {
  const pricing = { prompt: "0.000001", completion: "0.000002" };
  const endpoints = [{ provider: slug, model, pricing }];
  return { name: slug, input_modalities: ["text", "image"], endpoints };
}

function servedAs(slug: string): Served {
  const found = served.get(slug);
  if (!found) throw new Error(`${slug} is not served`);
  return found;
}

/** The recorded request for our model; recorded routing fields stay, with our names in them. */
function withOurNames(request: Json, { slug, modelId }: { slug: string; modelId: string }): Json {
  return {
    ...request,
    model: modelId,
    ...(request.models && { models: [modelId] }),
    ...(request.provider?.only && { provider: { ...request.provider, only: [slug] } }),
  };
}

function expectAnswer(view: ClientView, expected: Expectation, { slug, modelId }: { slug: string; modelId: string }) {
  if (expected.outcome === "refused") {
    expectRefusal(view, expected, slug);
    return;
  }
  if (expected.outcome === "answered") expect(view.error).toBeUndefined();
  expect(view.id).toMatch(/^gen-\d{10}-[A-Za-z0-9]{20}$/);
  expect({ model: view.model, provider: view.provider }).toEqual({ model: modelId, provider: `Company ${slug}` });
  expect(view.text).toBe(expected.text);
  expect(view.reasoning).toBe(expected.reasoning);
  expect(view.refusal).toBe(expected.refusal);
  if (expected.outcome === "broken") {
    expectBreak(view, expected);
    return;
  }
  expectToolCalls(view, expected);
  expect(view.finishReason).toBe(expected.finishReason);
  expect(view.nativeFinishReason).toBe(expected.nativeFinishReason);
  expectUsage(view.usage, expected);
  if (view.transcript) expectStreamOrder(view);
}

function expectRefusal({ error }: ClientView, { failure }: Expectation, slug: string) {
  expect(error, "the SDK threw nothing").toBeDefined();
  expect(failure?.statuses, `unexpected status ${error?.status}: ${error?.message}`).toContain(error?.status);
  const shown = error?.error as Json;
  expect(shown.code).toBe(error?.status);
  expect(shown.metadata).toMatchObject({ provider_name: `Company ${slug}`, error_type: expect.any(String) });
  expect(shown.metadata.raw).toEqual(expect.any(String));
  const words = JSON.stringify(failure?.message).slice(1, -1);
  if (failure?.isPrivate) expect(JSON.stringify(shown)).not.toContain(words);
  else expect(shown.metadata.raw).toContain(words);
}

function expectBreak({ error, transcript }: ClientView, { failure }: Expectation) {
  expect(error, "the SDK threw nothing").toBeDefined();
  expect(error?.status, "an error in mid-stream has no status").toBeUndefined();
  // The SDK closes the connection when it throws, so how it ends is not seen here.
  expect(transcript?.isDone).toBe(true);
  const broken = transcript?.chunks.filter((chunk) => chunk.error) ?? [];
  expect(broken).toHaveLength(1);
  expect(broken[0]).toBe(transcript?.chunks.at(-1));
  expect(broken[0].choices[0].finish_reason).toBe("error");
  expect(JSON.stringify(broken[0].error)).toContain(JSON.stringify(failure?.message).slice(1, -1));
}

function expectToolCalls(view: ClientView, expected: Expectation) {
  const calls = view.toolCalls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) }));
  expect(calls).toEqual(expected.toolCalls.map((call) => ({ ...call, id: call.id ?? expect.any(String) })));
  expect(new Set(calls.map((call) => call.id)).size).toBe(calls.length);
}

function expectUsage(usage: Json | undefined, expected: Expectation) {
  expect(usage).toMatchObject({ cost: expect.any(Number), is_byok: false });
  if (!expected.usage) {
    expect(usage?.completion_tokens).toBeGreaterThan(0);
    return;
  }
  const { cached_tokens, reasoning_tokens, ...totals } = expected.usage;
  expect(usage).toMatchObject(totals);
  if (cached_tokens !== undefined) expect(usage?.prompt_tokens_details.cached_tokens).toBe(cached_tokens);
  if (reasoning_tokens !== undefined) expect(usage?.completion_tokens_details.reasoning_tokens).toBe(reasoning_tokens);
}

/** Content, one finish, the usage with the same finish, `[DONE]`: in this order, and nothing else. */
function expectStreamOrder({ id, finishReason, transcript }: ClientView) {
  expect(transcript).toMatchObject({ isDone: true, isClean: true });
  const chunks = transcript?.chunks ?? [];
  for (const chunk of chunks)
    expect(chunk).toMatchObject({ id, object: "chat.completion.chunk", choices: [{ index: 0 }] });
  const reasons = chunks.map((chunk) => chunk.choices[0].finish_reason);
  const content = reasons.slice(0, -2);
  expect(content.every((reason) => reason === null)).toBe(true);
  expect(reasons.slice(-2)).toEqual([finishReason, finishReason]);
  expect(chunks.filter((chunk) => "usage" in chunk)).toEqual([chunks.at(-1)]);
}

/** What reached the upstream says the same as the recorded request, to the right model, and nothing about routing. */
function expectRequest(route: Route, recording: Recording, contract: FormatContract) {
  expect(route.visits).toHaveLength(1);
  const [visit] = route.visits;
  const { model, streaming: isStreamed } = recording;
  const path = contract.path({ model, isStreamed });
  expect(visit).toMatchObject({ method: "POST", path });
  expect(visit?.headers["content-type"]).toBe("application/json");
  const isNamedInPath = path !== contract.path({ model: "another", isStreamed });
  expect(visit?.body.model).toBe(isNamedInPath ? undefined : model);
  expect(Boolean(visit?.body.stream)).toBe(isNamedInPath ? false : isStreamed);
  const { body: recorded } = recording.request;
  if (recorded) expect(contract.meaningOf(visit?.body, recording)).toEqual(contract.meaningOf(recorded, recording));
  for (const field of ["models", "provider", "route", "usage"]) expect(visit?.body).not.toHaveProperty(field);
  if (contract.quirksOf(recording).is_router) return;
  for (const field of ["transforms", "plugins"]) expect(visit?.body).not.toHaveProperty(field);
}

/** How the answer is to look, which the reader of some formats has to know: in the SDK's spelling and in the wire's. */
function formatIn(recording: Recording, contract: FormatContract): Partial<ChatRequest> {
  const { response_format: format } = contract.toClientRequest(recording);
  if (format?.type !== "json_schema") return {};
  return { responseFormat: { type: "json_schema", jsonSchema: { name: "answer", ...format.json_schema } } };
}

/** A plain question that may call what the answer calls. */
function questionFor(model: string, recording: Recording, contract: FormatContract): FrameworkQuestion {
  const { response_format } = contract.toClientRequest(recording);
  const tools = [...new Set(contract.expect(recording).toolCalls.map(({ name }) => name))];
  return { model, stream: recording.streaming, tools, fields: response_format ? { response_format } : {} };
}

function expectFrameworkView(view: FrameworkView, expected: Expectation) {
  if (expected.outcome === "refused") {
    expect(expected.failure?.statuses, String(view.error)).toContain(view.status);
    return;
  }
  if (expected.outcome === "answered") expect(view.error).toBeUndefined();
  expect(view.text).toBe(expected.text);
  // What a provider redacted itself cannot be told from what a framework did.
  expect(unredacted(view.reasoning)).toBe(unredacted(expected.reasoning));
  expect(view.finishReason).toBe(expected.outcome === "broken" ? "error" : expected.finishReason);
  if (expected.outcome === "broken") return;
  expect(view.toolCalls).toEqual(expected.toolCalls.map((call) => ({ ...call, id: call.id ?? expect.any(String) })));
  const reported = Object.entries(expected.usage ?? {}).filter(([, count]) => count !== undefined);
  expect(view.usage).toMatchObject(Object.fromEntries(reported));
}

function unredacted(reasoning: string): string {
  return reasoning.replaceAll("[REDACTED]", "");
}

/** The answer as `@openrouter/sdk` gives it, after its schemas have looked at every part. */
async function askOpenRouter(fields: Partial<ChatRequest>) {
  const seen = { text: "", reasoning: "", finishReason: undefined as unknown, error: undefined as unknown };
  const chatRequest: ChatRequest = { ...fields, messages: [{ role: "user", content: "The same again, please." }] };
  try {
    const answer = await openRouterClient(gateway).chat.send({ chatRequest });
    if (!("choices" in answer)) for await (const chunk of answer) takeChunk(seen, chunk);
    else takeResult(seen, answer);
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

function takeChunk(seen: { text: string; reasoning: string; finishReason: unknown }, chunk: ChatStreamChunk): void {
  const [choice] = chunk.choices;
  seen.text += choice?.delta.content ?? "";
  seen.reasoning += choice?.delta.reasoning ?? "";
  seen.finishReason ??= choice?.finishReason;
}

function takeResult(seen: { text: string; reasoning: string; finishReason: unknown }, result: ChatResult): void {
  const [choice] = result.choices;
  const { content, reasoning } = choice?.message ?? {};
  seen.text = typeof content === "string" ? content : "";
  seen.reasoning = reasoning ?? "";
  seen.finishReason = choice?.finishReason;
}

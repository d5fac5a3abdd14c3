import { afterAll, describe, expect, it } from "vitest";
import { openAiView } from "../support/client-view.ts";
import { jsonOf } from "../support/gateway.ts";
import { chunk, completion, DONE, ending, errorBody, event, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import {
  type Answer,
  byMode,
  die,
  hang,
  json,
  pause,
  redirect,
  refusingBaseUrl,
  type Step,
  sse,
} from "../support/upstream.ts";
import { type Cast, createWorld, type Script } from "../support/world.ts";

const world = await createWorld("fallback");
const { gateway } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "Which track is clear?" }];
const FAIL = json(errorBody("The boiler is cold."), { status: 500 });
const GOOD = byMode({ stream: sse(streamOf("By ", "the river.")), whole: json(completion("By the river.")) });

const BUSY = { type: "rate_limit_error", code: "rate_limit_exceeded" };
/** Nothing listens here. */
const REFUSING = await refusingBaseUrl();
/** For bodies of scripted steps that are no event stream. */
const AS_JSON = { headers: { "content-type": "application/json" } };

const ask = (body: object) => gateway.request("/chat/completions", { json: { messages: MESSAGES, ...body } });

describe("the walk", () => {
  type Names = { first: string; second: string; third: string; unknown: string };
  const rows: { name: string; models?: number; provider?: (names: Names) => object; visits: string[] }[] = [
    { name: "goes through every provider, cheapest first", visits: ["a.first", "a.second", "a.third"] },
    {
      name: "goes through every provider of a model before the next model",
      models: 2,
      visits: ["a.first", "a.second", "a.third", "b.first", "b.second", "b.third"],
    },
    {
      name: "begins with what order lists, in its order",
      models: 2,
      provider: ({ third, second }) => ({ order: [third, second] }),
      visits: ["a.third", "a.second", "a.first", "b.third", "b.second", "b.first"],
    },
    {
      name: "passes over what order lists and nobody is",
      provider: ({ unknown, second }) => ({ order: [unknown, second] }),
      visits: ["a.second", "a.first", "a.third"],
    },
    {
      name: "visits no one twice whom order lists twice",
      provider: ({ second, first }) => ({ order: [second, second, first, second] }),
      visits: ["a.second", "a.first", "a.third"],
    },
    {
      name: "stays with only",
      models: 2,
      provider: ({ third, first }) => ({ only: [third, first] }),
      visits: ["a.first", "a.third", "b.first", "b.third"],
    },
    {
      name: "leaves out ignore",
      models: 2,
      provider: ({ first, third }) => ({ ignore: [first, third] }),
      visits: ["a.second", "b.second"],
    },
    {
      name: "leaves out ignore also within only",
      provider: ({ first, second }) => ({ only: [first, second], ignore: [first] }),
      visits: ["a.second"],
    },
    {
      name: "keeps to order inside only",
      provider: ({ first, second, third }) => ({ only: [first, second], order: [third, second] }),
      visits: ["a.second", "a.first"],
    },
    {
      name: "is one step long without fallbacks",
      models: 2,
      provider: () => ({ allow_fallbacks: false }),
      visits: ["a.first"],
    },
    {
      name: "is as long as order without fallbacks",
      provider: ({ third, first }) => ({ order: [third, first], allow_fallbacks: false }),
      visits: ["a.third", "a.first"],
    },
    {
      name: "takes null preferences for none",
      provider: () => ({ order: null, only: null, ignore: null, allow_fallbacks: null }),
      visits: ["a.first", "a.second", "a.third"],
    },
  ];

  it.each(rows)("$name", async ({ models = 1, provider, visits }) => {
    for (const stream of [true, false]) {
      const cast = await world.addModels(["a", "b"].slice(0, models), { first: FAIL, second: FAIL, third: FAIL });
      const [first, second, third] = [cast.slug("first"), cast.slug("second"), cast.slug("third")];
      const preferences = provider?.({ first, second, third, unknown: "nobody-at-all" });
      const ids = models === 1 ? { model: cast.model() } : { models: [cast.model(0), cast.model(1)] };
      const response = await ask({ ...ids, stream, ...(preferences && { provider: preferences }) });

      const { error } = await jsonOf(response, 502);
      expect(cast.visited()).toEqual(visits);
      const companies = visits.map((visit) => cast.displayName(visit.slice(2) as "first" | "second" | "third"));
      expect(error.metadata.provider_name).toBe(companies.at(-1));
      const earlier = (error.metadata.previous_errors ?? []).map((one: { provider_name: string }) => one.provider_name);
      expect(earlier).toEqual(companies.slice(0, -1));

      const record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
      const walked = record.provider_responses.map((one: { provider_name: string; status: number }) => {
        return [one.provider_name, one.status];
      });
      expect(walked).toEqual(companies.map((company) => [company, 500]));
      expect(record).toMatchObject({ total_cost: 0, cancelled: false, streamed: stream });
    }
  });

  it("puts model before models, and visits a repeated one once", async () => {
    const cast = await world.addModels(["a", "b"], { first: FAIL });
    await ask({ model: cast.model(1), models: [cast.model(1), cast.model(0)] });
    expect(cast.visited()).toEqual(["b.first", "a.first"]);
  });

  it("knows companies by their display names too", async () => {
    const cast = await world.addModels(["a"], { first: FAIL, second: GOOD });
    const response = await ask({ model: cast.model(), provider: { only: [cast.displayName("second").toUpperCase()] } });
    expect((await jsonOf(response, 200)).provider).toBe(cast.displayName("second"));
    expect(cast.visited()).toEqual(["a.second"]);
  });

  it("knows endpoints by their tags", async () => {
    const cast = await world.addModels(["a"], { first: FAIL, second: FAIL });
    await gateway.addCatalog({
      models: {
        [cast.model()]: {
          name: "a",
          endpoints: ["plain", "turbo"].map((suffix) => ({
            provider: cast.slug("second"),
            model: suffix,
            tag: `${cast.slug("second")}/${suffix}`,
          })),
        },
      },
    });
    await ask({ model: cast.model(), provider: { only: [`${cast.slug("second")}/turbo`] } });
    expect(cast.visited()).toEqual(["turbo.second"]);
  });

  it("goes on to the next model, which then is the one that answers", async () => {
    const cast = await world.addModels(["a", "b"], { only: onlyFor("b") });
    const view = await openAiView(gateway, { models: [cast.model(0), cast.model(1)], messages: MESSAGES });
    expect(view).toMatchObject({ model: cast.model(1), text: "By the river.", error: undefined });
    expect(cast.visited()).toEqual(["a.only", "b.only"]);
    expect(await gateway.generation(view.id)).toMatchObject({ model: cast.model(1) });
  });

  it.each([
    {
      name: "only",
      provider: { only: ["nobody-at-all"] },
      message: /^No allowed providers are available for the selected model\./,
      step: "Filter by Allowed Providers",
    },
    {
      name: "ignore",
      provider: ({ slug }: Cast<"first">) => ({ ignore: [slug("first")] }),
      message: /^All providers have been ignored\./,
    },
  ])("says 404 and visits no one when $name leaves nobody", async ({ provider, message, step }) => {
    const cast = await world.addModels(["a"], { first: GOOD });
    const preferences = typeof provider === "function" ? provider(cast) : provider;
    const { error } = await jsonOf(await ask({ model: cast.model(), provider: preferences }), 404);
    expect(error).toMatchObject({ code: 404, message: expect.stringMatching(message) });
    expect(error.metadata.failed_routing_step).toEqual(step ?? expect.any(String));
    expect(cast.visited()).toEqual([]);
  });
});

describe("before the first token", () => {
  const CHATTY = [": waiting\n\n", ROLE, ": still waiting\n\n", chunk({})];
  const refusal = (code: number) => json(errorBody(`Status ${code}, on purpose.`), { status: code });
  const both = (streamed: Iterable<Step>, whole: Answer): Answer => byMode({ stream: sse(streamed), whole });
  const quickly = { timeouts: { first_token_ms: 150 } };
  const truncated = JSON.stringify(completion("Half an answer")).slice(0, 120);

  /** `status` is what the record says of the first attempt; `wholeStatus` when that differs for a whole answer. */
  const rows: { name: string; script: Script; status: number | null; wholeStatus?: null; isUnreached?: true }[] = [
    ...[400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 503, 529].map((code) => {
      return { name: `status ${code}`, script: refusal(code), status: code };
    }),
    { name: "a redirect", script: redirect("http://127.0.0.1:9/elsewhere"), status: 302 },
    {
      name: "an empty answer",
      script: both(
        [ROLE, ending("stop", { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 })],
        json(completion("", { usage: { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 } })),
      ),
      status: 200,
    },
    { name: "an error body with status 200", script: json(errorBody("No, sorry.")), status: 200 },
    {
      name: "an error in place of the first token",
      script: both([...CHATTY, event(errorBody("Overloaded.")), DONE], json(errorBody("Overloaded."))),
      status: 200,
    },
    {
      name: "an error inside the first choice",
      script: both(
        [
          event({
            choices: [{ index: 0, delta: {}, finish_reason: "error", error: { code: 502, message: "Gone." } }],
            usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
          }),
          DONE,
        ],
        json({
          ...completion(""),
          choices: [
            {
              index: 0,
              message: { role: "assistant", content: "" },
              finish_reason: "error",
              error: { code: 502, message: "Gone." },
            },
          ],
        }),
      ),
      status: 200,
    },
    {
      name: "a page of HTML with status 200",
      script: both(["<html><body>Welcome to nginx</body></html>"], json("<html>")),
      status: 200,
    },
    { name: "silence", script: { answer: hang(), provider: quickly }, status: null },
    { name: "silence after the headers", script: { answer: sse(["stall"]), provider: quickly }, status: 200 },
    {
      name: "small talk, then silence",
      script: { answer: both([...CHATTY, "stall"], sse(["{", "stall"], AS_JSON)), provider: quickly },
      status: 200,
    },
    {
      name: "comments for ever",
      script: { answer: both({ [Symbol.iterator]: commentsForEver }, hang()), provider: quickly },
      status: 200,
      wholeStatus: null,
    },
    {
      name: "a refused connection",
      script: { answer: FAIL, baseUrl: REFUSING },
      status: null,
      isUnreached: true,
    },
    { name: "a reset in place of an answer", script: die("reset"), status: null },
    { name: "a close in place of an answer", script: die("fin"), status: null },
    {
      name: "a reset after small talk",
      script: both([...CHATTY, pause(20), "reset"], sse([truncated, pause(20), "reset"], AS_JSON)),
      status: 200,
    },
    {
      name: "a close after small talk",
      script: both([...CHATTY, "fin"], sse([truncated, "fin"], AS_JSON)),
      status: 200,
    },
    {
      name: "an end after small talk",
      script: both(CHATTY, sse([truncated], AS_JSON)),
      status: 200,
    },
    {
      name: "an end with nothing at all",
      script: both([], sse([], AS_JSON)),
      status: 200,
    },
    {
      name: "an event that is not JSON",
      script: both([...CHATTY, event("{oops")], sse(["{oops"], AS_JSON)),
      status: 200,
    },
  ];

  describe.each(rows)("$name", ({ script, status, wholeStatus = status, isUnreached }) => {
    it.each([true, false])("leads to the next candidate, stream: %s", async (stream) => {
      const cast = await world.addModels(["a"], { first: script, second: GOOD });
      const view = await openAiView(gateway, { model: cast.model(), messages: MESSAGES, stream });

      expect(view.error).toBeUndefined();
      expect(view).toMatchObject({ text: "By the river.", provider: cast.displayName("second"), finishReason: "stop" });
      expect(view.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 });
      expect(cast.visited()).toEqual(isUnreached ? ["a.second"] : ["a.first", "a.second"]);

      const record = await gateway.generation(view.id);
      expect(record.provider_name).toBe(cast.displayName("second"));
      expect(record.provider_responses).toEqual([
        expect.objectContaining({ provider_name: cast.displayName("first") }),
        expect.objectContaining({ provider_name: cast.displayName("second"), status: 200 }),
      ]);
      expect(record.provider_responses[0].status).toBe(stream ? status : wholeStatus);
      await closed(cast);
    });
  });

  it("lets nothing of a failed attempt through", async () => {
    const cast = await world.addModels(["a"], {
      first: sse([
        ": CANARY-comment\n\n",
        event({
          id: "CANARY-id",
          choices: [{ index: 0, delta: { role: "assistant", content: "" } }],
          system_fingerprint: "CANARY-print",
          service_tier: "CANARY-tier",
        }),
        event({ error: { message: "CANARY-error" } }),
      ]),
      second: GOOD,
    });
    const response = await ask({ model: cast.model(), stream: true });
    const headers = JSON.stringify([...response.headers]);
    expect(headers + (await response.text())).not.toContain("CANARY");
  });

  it("stops the attempt that it gives up", async () => {
    const cast = await world.addModels(["a"], { first: { answer: hang(), provider: quickly }, second: GOOD });
    await ask({ model: cast.model(), stream: true }).then((response) => response.text());
    const [visit] = cast.route("first").visits;
    await visit?.ended;
    expect(visit?.ending).toBe("departed");
  });

  it("shows the first provider's error when fallbacks are off", async () => {
    const cast = await world.addModels(["a"], {
      first: json(errorBody("Only here.", BUSY), { status: 429, headers: { "retry-after": "7" } }),
      second: GOOD,
    });
    const response = await ask({ model: cast.model(), stream: true, provider: { allow_fallbacks: false } });
    const { error } = await jsonOf(response, 429);
    expect(error.metadata).toMatchObject({
      provider_name: cast.displayName("first"),
      raw: expect.stringContaining("Only here."),
    });
    expect(error.metadata).not.toHaveProperty("previous_errors");
    expect(response.headers.get("retry-after")).toBe("7");
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("takes a 429 for one, whatever its body calls it", async () => {
    const answer = json(errorBody("Busy.", { type: "server_error" }), { status: 429, headers: { "retry-after": "3" } });
    const cast = await world.addModels(["a"], { first: answer });
    const response = await ask({ model: cast.model() });
    const { error } = await jsonOf(response, 429);
    expect(error.metadata.error_type).toBe("rate_limit_exceeded");
    expect(response.headers.get("retry-after")).toBe("3");
  });

  it("tells the earliest time to come back when all are busy", async () => {
    const busy = (seconds: number) =>
      json(errorBody("Busy.", BUSY), { status: 429, headers: { "retry-after": String(seconds) } });
    const cast = await world.addModels(["a"], { first: busy(30), second: busy(4), third: busy(90) });
    const response = await ask({ model: cast.model() });
    await jsonOf(response, 429);
    expect(response.headers.get("retry-after")).toBe("4");
  });
});

describe("after the first token", () => {
  it.each(["text", "reasoning", "a tool call"])("no one else is asked, when %s was seen", async (what) => {
    const deltas: Record<string, object> = {
      text: { content: "Down by " },
      reasoning: { reasoning_content: "The river is " },
      "a tool call": {
        tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "look", arguments: "{" } }],
      },
    };
    const cast = await world.addModels(["a"], {
      first: sse([ROLE, chunk(deltas[what] ?? {}), pause(30), "reset"]),
      second: GOOD,
    });
    const { chunks, isDone, isClean } = await readStream(await ask({ model: cast.model(), stream: true }));
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502 }, provider: cast.displayName("first") });
    expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
    expect(textOf(chunks)).toBe(what === "text" ? "Down by " : "");
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("someone else is asked while the client, who wants it whole, has seen nothing", async () => {
    const half = JSON.stringify(completion("Down by the")).slice(0, -40);
    const cast = await world.addModels(["a"], {
      first: sse([half, pause(30), "reset"], AS_JSON),
      second: GOOD,
    });
    const view = await openAiView(gateway, { model: cast.model(), messages: MESSAGES });
    expect(view).toMatchObject({ text: "By the river.", provider: cast.displayName("second"), error: undefined });
  });
});

describe("what is no failure", () => {
  it("is a whole answer where a stream was asked for", async () => {
    const cast = await world.addModels(["a"], { first: json(completion("All at once.")), second: GOOD });
    const view = await openAiView(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
    expect(view).toMatchObject({ text: "All at once.", finishReason: "stop", error: undefined });
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("is an answer that the token limit left empty", async () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 16,
      total_tokens: 25,
      completion_tokens_details: { reasoning_tokens: 16 },
    };
    const first = byMode({
      stream: sse([ROLE, ending("length", usage)]),
      whole: json(completion("", { finish_reason: "length", usage })),
    });
    for (const stream of [true, false]) {
      const cast = await world.addModels(["a"], { first, second: GOOD });
      const view = await openAiView(gateway, { model: cast.model(), messages: MESSAGES, max_tokens: 16, stream });
      expect(view).toMatchObject({
        text: "",
        finishReason: "length",
        error: undefined,
        usage: { completion_tokens: 16 },
      });
      expect(cast.visited()).toEqual(["a.first"]);
    }
  });

  it("is a stream without [DONE] that has a finish reason", async () => {
    const cast = await world.addModels(["a"], { first: sse([say("Enough."), chunk({}, "stop")]), second: GOOD });
    const view = await openAiView(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
    expect(view).toMatchObject({ text: "Enough.", finishReason: "stop", error: undefined });
  });
});

/** Answers well for one upstream model, and not for the others. */
function onlyFor(model: string): Answer {
  return (exchange) => (exchange.visit.body.model === model ? GOOD : FAIL)(exchange);
}

function* commentsForEver(): Generator<Step> {
  for (;;) {
    yield ": keep-alive\n\n";
    yield pause(20);
  }
}

async function closed(cast: Cast<"first" | "second">): Promise<void> {
  for (const company of ["first", "second"] as const) for (const visit of cast.route(company).visits) await visit.ended;
}

describe("a provider whose URL leads back here", () => {
  it("ends with an error that says so, and not in a circle without end", async () => {
    await gateway.addCatalog({
      providers: {
        ouroboros: { name: "Ouroboros", api: "openai-chat", base_url: gateway.baseUrl, key: { value: gateway.key } },
      },
      models: { "circle/one": { name: "Circle", endpoints: [{ provider: "ouroboros", model: "circle/one" }] } },
    });
    const { error } = await jsonOf(await ask({ model: "circle/one" }), 400);
    expect(error.metadata.raw).toContain("leads back to where it came from");
  });
});

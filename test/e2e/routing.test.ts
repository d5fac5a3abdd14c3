import { afterAll, describe, expect, it } from "vitest";
import { jsonOf } from "../support/gateway.ts";
import { completion, DONE, ending, errorBody, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream } from "../support/sse-client.ts";
import { type Answer, byMode, type Exchange, json, pause, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("routing");
const { gateway } = world;
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
type Json = Record<string, any>;

const MESSAGES = [{ role: "user", content: "Which way?" }];
const WELL = byMode({ stream: sse(streamOf("Left", ", then right.")), whole: json(completion("Left.")) });

/** What a plan made of one request: who was tried, in which order, why. */
async function planned(fields: object, headers: Record<string, string> = {}): Promise<Json> {
  const response = await gateway.request("/chat/completions", {
    json: { messages: MESSAGES, ...fields },
    headers: { "x-openrouter-metadata": "enabled", ...headers },
  });
  const { openrouter_metadata: metadata, model, provider } = await jsonOf(response, 200);
  const candidates: Json[] = metadata.candidates;
  return {
    model,
    provider,
    metadata,
    tags: candidates.map(({ tag }) => tag),
    reasons: candidates.map(({ reason }) => reason),
  };
}

async function errorOf(fields: object, status: number): Promise<Json> {
  const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields } });
  return (await jsonOf(response, status)).error;
}

/** A stream whose first text comes after so long, and the others one by one after so long each. */
const paced = (firstMs: number, gapMs: number): Answer =>
  byMode({
    stream: sse([
      ROLE,
      pause(firstMs),
      ...Array(8)
        .fill([say("word "), pause(gapMs)])
        .flat(),
      ending("stop", TEN),
    ]),
    whole: json(completion("Left.")),
  });
const TEN = { prompt_tokens: 9, completion_tokens: 10, total_tokens: 19 };

/** Answers well, or not, as the test says. */
function moody(): { isWell: boolean; answer: Answer } {
  const mood = {
    isWell: true,
    answer: (exchange: Exchange) =>
      (mood.isWell ? WELL : json(errorBody("The boiler is cold."), { status: 500 }))(exchange),
  };
  return mood;
}

describe("what is learnt from streams", () => {
  it("puts the quicker one first, where that is asked for", async () => {
    const cast = await world.addModels(["a"], { early: paced(5, 40), quick: paced(150, 2) });
    const [early, quick] = [cast.slug("early"), cast.slug("quick")];
    for (let round = 0; round < 6; round++)
      await Promise.all(
        [early, quick].map(async (only) => {
          const json = { model: cast.model(), messages: MESSAGES, stream: true, provider: { only: [only] } };
          await readStream(await gateway.request("/chat/completions", { json }));
        }),
      );
    const by = async (fields: object) => (await planned({ model: cast.model(), ...fields })).tags;
    expect(await by({ provider: { sort: "latency" } })).toEqual([early, quick]);
    expect(await by({ provider: { sort: "throughput" } })).toEqual([quick, early]);
    expect(await by({ provider: { sort: { by: "latency" } } })).toEqual([early, quick]);
    expect(await by({ model: `${cast.model()}:nitro` })).toEqual([quick, early]);
    // The earlier one is the cheaper one.
    expect(await by({ model: `${cast.model()}:floor` })).toEqual([early, quick]);
    expect(await by({ provider: { preferred_max_latency: 0.08 } })).toEqual([early, quick]);
    expect(await by({ provider: { preferred_min_throughput: 60 } })).toEqual([quick, early]);
  });
});

describe("an outage", () => {
  it("puts an endpoint last, until it is well again", async () => {
    const first = moody();
    const cast = await world.addModels(["a"], { first: first.answer, second: WELL });
    const [one, two] = [cast.slug("first"), cast.slug("second")];
    expect((await planned({ model: cast.model() })).tags).toEqual([one, two]);

    first.isWell = false;
    for (let count = 0; count < 4; count++) await planned({ model: cast.model() });
    const during = await planned({ model: cast.model() });
    expect(during.provider).toBe(cast.displayName("second"));
    // Last in the order, or passed over for a while.
    expect(during.tags[0]).toBe(two);
    const visits = cast.route("first").visits.length;
    await planned({ model: cast.model() });
    expect(cast.route("first").visits).toHaveLength(visits);

    first.isWell = true;
    // As a last resort it is still asked; so many answers in a row end the outage.
    await waitUntil(async () => {
      const response = await gateway.request("/chat/completions", {
        json: { model: cast.model(), messages: MESSAGES, provider: { only: [one] } },
      });
      await response.text();
      return (await planned({ model: cast.model() })).tags[0] === one;
    });
    expect((await planned({ model: cast.model() })).provider).toBe(cast.displayName("first"));
  });
});

describe("a conversation with a name", () => {
  it("keeps its endpoint while that is well, and leaves it when it fails", async () => {
    const price = { prompt: "0.000001", completion: "0.000001", input_cache_read: "0.0000001" };
    const moods = [moody(), moody(), moody(), moody()] as const;
    const endpoint = { pricing: price };
    const cast = await world.addModels(["a"], {
      a: { answer: moods[0].answer, endpoint },
      b: { answer: moods[1].answer, endpoint },
      c: { answer: moods[2].answer, endpoint },
      d: { answer: moods[3].answer, endpoint },
    });
    const companies = ["a", "b", "c", "d"] as const;
    const session = { model: cast.model(), session_id: "journey" };
    const { provider: home } = await planned(session);
    for (let turn = 0; turn < 6; turn++) {
      const next = await planned({ ...session, messages: [{ role: "user", content: `Turn ${turn}` }] });
      expect([next.provider, next.reasons[0]]).toEqual([home, "sticky"]);
    }
    expect((await planned({ model: cast.model() }, { "x-session-id": "journey" })).reasons[0]).toBe("sticky");
    expect((await planned({ ...session, provider: { order: [cast.slug("a")] } })).reasons[0]).toBe("order");

    const index = companies.findIndex((company) => cast.displayName(company) === home);
    const mood = moods[index];
    if (!mood) throw new Error(`nobody is ${home}`);
    mood.isWell = false;
    const refuge = await planned({ ...session, session_id: "journey" });
    expect(refuge.provider).not.toBe(home);
    mood.isWell = true;
    const after = await planned(session);
    expect(after.provider).toBe(refuge.provider);
    expect(after.reasons[0]).toBe("sticky");
  });
});

describe("the operator's catalogue", () => {
  it("has preferences that hold where the request has none", async () => {
    const cast = await world.addModels(["a"], { first: WELL, second: WELL });
    const [one, two] = [cast.slug("first"), cast.slug("second")];
    await gateway.addCatalog({ defaults: { provider: { order: [two] } } });
    try {
      const ours = await planned({ model: cast.model() });
      expect([ours.tags, ours.reasons[0]]).toEqual([[two, one], "order"]);
      expect((await planned({ model: cast.model(), provider: { order: [one] } })).tags).toEqual([one, two]);
    } finally {
      await gateway.addCatalog({ defaults: {} });
    }
    expect((await planned({ model: cast.model() })).tags).toEqual([one, two]);
  });

  it("shares traffic out as its percentages say", async () => {
    const cast = await world.addModels(["a"], {
      cheap: { answer: WELL, endpoint: { traffic_percent: 0 } },
      dear: { answer: WELL, endpoint: { traffic_percent: 100 } },
    });
    for (let round = 0; round < 8; round++) {
      const { tags, reasons } = await planned({ model: cast.model() });
      expect(tags).toEqual([cast.slug("dear"), cast.slug("cheap")]);
      expect(reasons[0]).toBe("traffic_percent");
    }
  });

  it("has names of its own for models", async () => {
    const cast = await world.addModels(["a", "b"], { first: WELL, second: WELL });
    await gateway.addCatalog({
      aliases: {
        "house/plain": { model: cast.model(1) },
        "house/fixed": { model: cast.model(0), provider: cast.slug("second") },
      },
    });
    await planned({ model: "house/plain" });
    const { tags, provider } = await planned({ model: "house/fixed" });
    expect(tags).toEqual([cast.slug("second")]);
    expect(provider).toBe(cast.displayName("second"));
    expect(cast.visited()).toEqual(["b.first", "a.second"]);
  });
});

describe("service tiers", () => {
  it("lead where they are asked for, and are left alone where they are not", async () => {
    const cast = await world.addModels(["a"], { first: WELL });
    const slug = cast.slug("first");
    const tiers = { plain: 2, priority: 4, flex: 1 };
    await gateway.addCatalog({
      models: {
        [cast.model()]: {
          name: "a",
          endpoints: Object.entries(tiers).map(([tier, price]) => ({
            provider: slug,
            model: tier,
            tag: tier === "plain" ? slug : `${slug}/${tier}`,
            pricing: { prompt: `0.00000${price}`, completion: `0.00000${price}` },
          })),
        },
      },
    });
    const rows: [fields: object, tags: string[]][] = [
      [{}, [slug]],
      [{ service_tier: "priority" }, [`${slug}/priority`, slug]],
      [{ service_tier: "flex" }, [`${slug}/flex`]],
      [{ model: `${cast.model()}:floor` }, [`${slug}/flex`, slug]],
      [{ provider: { only: [`${slug}/priority`] } }, [`${slug}/priority`]],
    ];
    for (const [fields, tags] of rows) expect((await planned({ model: cast.model(), ...fields })).tags).toEqual(tags);
  });
});

describe("a prompt that is too long", () => {
  const turns = Array.from({ length: 60 }, (_, index) => ({
    role: index % 2 ? "assistant" : "user",
    content: `${index} ${"The river runs down to the sea. ".repeat(40)}`,
  }));
  const messages = [{ role: "system", content: "Be kind." }, ...turns, { role: "user", content: "And then?" }];
  const small = { answer: WELL, endpoint: { context_length: 12_000, max_completion_tokens: 1_000 } };

  it("is a 400 that says by how much", async () => {
    const cast = await world.addModels(["a"], { first: small });
    const error = await errorOf({ model: cast.model(), messages }, 400);
    expect(error).toMatchObject({ code: 400, metadata: { error_type: "context_length_exceeded" } });
    expect(error.message).toMatch(/maximum context length is 12000 tokens/);
    expect(cast.visited()).toEqual([]);
  });

  it("is not one because of the answer that is to fit as well: that is said", async () => {
    const cast = await world.addModels(["a"], { first: small });
    const error = await errorOf({ model: cast.model(), max_tokens: 50_000 }, 400);
    expect(error.message).toMatch(/50000/);
    expect(cast.visited()).toEqual([]);
  });

  it("is sent with fewer messages where that is wanted", async () => {
    const cast = await world.addModels(["a"], { first: small });
    const response = await gateway.request("/chat/completions", {
      json: { model: cast.model(), messages, transforms: ["middle-out"] },
      headers: { "x-openrouter-metadata": "enabled" },
    });
    const { openrouter_metadata: metadata } = await jsonOf(response, 200);
    const [visit] = cast.route("first").visits;
    const sent: { content: string }[] = visit?.body.messages;
    expect(sent.length).toBeLessThan(messages.length - 5);
    expect(sent[0]).toMatchObject({ content: "Be kind." });
    expect(sent.at(-1)).toMatchObject({ content: "And then?" });
    const left = messages.length - sent.length;
    expect(response.headers.get("x-pointsman-compression")).toBe(`middle-out; ${left} messages left out, 0 shortened`);
    expect(metadata.pipeline).toMatchObject([{ type: "context_compression", data: { removed_messages: left } }]);
  });
});

describe("a router", () => {
  it("picks a model that costs nothing", async () => {
    const cast = await world.addModels(["dear"], { first: WELL });
    const pricing = { prompt: "0", completion: "0" };
    const free = ["gratis-1", "gratis-2"].map((name) => `routing/${name}:free`);
    await gateway.addCatalog({
      models: Object.fromEntries(
        free.map((id) => [id, { name: id, endpoints: [{ provider: cast.slug("first"), model: id, pricing }] }]),
      ),
    });
    const { model, metadata } = await planned({ model: "openrouter/free" });
    expect(metadata).toMatchObject({ requested: "openrouter/free", strategy: "free" });
    const { data } = await jsonOf<{ data: Json[] }>(await gateway.request("/models"), 200);
    const costless = data.filter(({ pricing }) => Number(pricing.prompt) === 0 && Number(pricing.completion) === 0);
    expect(costless.length).toBeLessThan(data.length);
    expect(costless.map(({ id }) => id)).toContain(model);
    expect(metadata.endpoints.available.find(({ selected }: Json) => selected).model).toBe(model);
  });

  it("picks one of the models that it may, and says by what", async () => {
    const cast = await world.addModels(["one", "two"], { first: WELL });
    const plugins = [{ id: "auto-router", allowed_models: [cast.model(1)] }];
    const { model, metadata } = await planned({ model: "openrouter/auto", plugins });
    expect(model).toBe(cast.model(1));
    expect(metadata).toMatchObject({ requested: "openrouter/auto", strategy: "auto", params: expect.any(Object) });
  });
});

it("a stream that was cut counts against its endpoint as a refusal does", async () => {
  const cast = await world.addModels(["a"], {
    first: byMode({ stream: sse([ROLE, say("Hal"), pause(5), "reset"]), whole: WELL }),
    second: WELL,
  });
  const json = { model: cast.model(), messages: MESSAGES, stream: true };
  for (let count = 0; count < 4; count++) {
    const { events } = await readStream(await gateway.request("/chat/completions", { json }));
    expect(events.at(-1)?.data).toBe(DONE.slice(6).trim());
  }
  expect((await planned({ model: cast.model() })).tags[0]).toBe(cast.slug("second"));
});

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(15_000);
  while (!(await isSo())) {
    if (late.aborted) throw new Error("not within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

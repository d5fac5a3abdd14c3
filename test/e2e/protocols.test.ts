import { afterAll, describe, expect, it } from "vitest";
import type { Api } from "../../src/schema/catalogue.ts";
import { DIALECTS, type Said, speak, TOKENS } from "../support/dialects.ts";
import { jsonOf } from "../support/gateway.ts";
import { type SeenConversation, seenBy } from "../support/seen-conversation.ts";
import { readStream } from "../support/sse-client.ts";
import type { Answer, Route } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("protocols");
const { gateway } = world;
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages without a schema
type Json = Record<string, any>;

/** An upstream of one wire format that can hold the whole conversation, and how its format treats it. */
interface Speaker {
  name: string;
  api: Api;
  /** The name of the model, for formats that read it. */
  model?: string;
  quirks?: object;
  /** Signed or encrypted reasoning goes back in its place. */
  hasSeal?: true;
  /** Reasoning goes back as text when the client brings it. */
  hasReasoning?: true;
  /** … and also when the client has dropped it. */
  replays?: true;
  hasCacheMark?: true;
  /** A call's id as this vendor gives it. */
  callId: (n: number) => string;
  /** The ids that this vendor takes. */
  takesIds: RegExp;
}

const SPEAKERS: Speaker[] = [
  {
    name: "openai-chat",
    api: "openai-chat",
    callId: (n) => `functions.timetable:${n}`,
    takesIds: /^.+$/,
  },
  {
    name: "openai-chat with quirks",
    api: "openai-chat",
    quirks: { cache_control: true, reasoning_field: "reasoning_content" },
    ...{ hasReasoning: true, replays: true, hasCacheMark: true },
    callId: (n) => `call_00_${n}`,
    takesIds: /^.+$/,
  },
  {
    name: "mistral-chat",
    api: "mistral-chat",
    model: "magistral-medium-2509",
    hasReasoning: true,
    callId: (n) => `a1B2c3D4${n}`,
    takesIds: /^[A-Za-z0-9]{9}$/,
  },
  {
    name: "anthropic-messages",
    api: "anthropic-messages",
    model: "claude-sonnet-4-5",
    ...{ hasSeal: true, hasReasoning: true, replays: true, hasCacheMark: true },
    callId: (n) => `toolu_01${n}`,
    takesIds: /^[A-Za-z0-9_-]+$/,
  },
  {
    name: "google-gemini",
    api: "google-gemini",
    model: "gemini-3-flash-preview",
    ...{ hasSeal: true, hasReasoning: true, replays: true },
    callId: (n) => `fc${n}x`,
    takesIds: /^.+$/,
  },
  {
    name: "openai-responses",
    api: "openai-responses",
    model: "gpt-5.1",
    ...{ hasSeal: true, hasReasoning: true, replays: true },
    callId: (n) => `call_Zx${n}`,
    takesIds: /^.{1,64}$/,
  },
  {
    name: "bedrock-converse",
    api: "bedrock-converse",
    model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ...{ hasSeal: true, hasReasoning: true, replays: true, hasCacheMark: true },
    callId: (n) => `tooluse_${n}-A`,
    takesIds: /^[A-Za-z0-9_-]{1,64}$/,
  },
  {
    name: "cohere-chat",
    api: "cohere-chat",
    model: "command-a-reasoning-08-2025",
    hasReasoning: true,
    callId: (n) => `timetable_${n}kq`,
    takesIds: /^.+$/,
  },
];

const PREFIX = `You are the station's timetable. ${"Trains keep to the left. ".repeat(80)}`;
const SYSTEM = {
  role: "system",
  content: [{ type: "text", text: PREFIX, cache_control: { type: "ephemeral" } }],
};
const QUESTION = { role: "user", content: "When do the trains to Ulm and Bonn go?" };
const FOLLOW_UP = { role: "user", content: "And from which track?" };
const parameters = { type: "object", properties: { town: { type: "string" } }, required: ["town"] };
const TOOLS = ["timetable", "delays"].map((name) => {
  return { type: "function", function: { name, description: `Asks for ${name}.`, parameters } };
});
const REASONING = "Two towns: the timetable for one, the delays of the other.";
const RESULTS = ["leaves at 9:15", "eight minutes late"];
const CALLED = [
  { name: "timetable", input: { town: "Ulm" } },
  { name: "delays", input: { town: "Bonn", note: 'a "quoted" ü' } },
];
const ANSWERS = ["Ulm at 9:15, Bonn a little late.", "From track two."];

interface Station extends Speaker {
  modelId: string;
  route: Route;
  said: Said;
}

const stations = new Map<string, Station>();
for (const [position, speaker] of SPEAKERS.entries()) {
  const said: Said = {
    reasoning: REASONING,
    seal: Buffer.from(`sealed by speaker ${position}`).toString("base64"),
    calls: CALLED.map((call, n) => ({ ...call, id: speaker.callId(n) })),
  };
  const cast = await world.addModels([speaker.model ?? "one"], {
    only: { answer: conversing(speaker.api, said), provider: { api: speaker.api, quirks: speaker.quirks ?? {} } },
  });
  stations.set(speaker.name, { ...speaker, modelId: cast.model(), route: cast.route("only"), said });
}
const station = (name: string) => stations.get(name) as Station;

/** What the conversation has come to decides the answer. */
function conversing(api: Api, said: Said): Answer {
  return (exchange) => {
    const { text } = exchange.visit;
    const isThird = text.includes(FOLLOW_UP.content);
    const next = text.includes(RESULTS[0] ?? "") ? { text: ANSWERS[isThird ? 1 : 0] ?? "" } : said;
    return speak(DIALECTS[api], next)(exchange);
  };
}

/** One turn: what the client has of it, and what the upstream read. */
interface Turn {
  message: Json;
  finishReason: string;
  usage: Json;
  seen: SeenConversation;
  sent: string;
}

async function take({ modelId, route, api }: Station, messages: Json[], stream: boolean): Promise<Turn> {
  const before = route.visits.length;
  const response = await gateway.request("/chat/completions", {
    json: { model: modelId, messages, tools: TOOLS, stream, max_tokens: 500 },
  });
  const answer = stream ? await collect(response) : whole(await jsonOf(response, 200));
  expect(route.visits.length).toBe(before + 1);
  const visit = route.visits[before];
  return { ...answer, seen: seenBy(api, visit?.body), sent: visit?.text ?? "" };
}

function whole({ choices: [choice], usage }: Json) {
  return { message: choice.message, finishReason: choice.finish_reason, usage };
}

/** The message as the plainest client has it: texts joined, details in the pieces in which they came. */
async function collect(response: Response) {
  const { chunks, isDone, isClean } = await readStream(response);
  expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
  const message: Json = { role: "assistant", content: null, reasoning: null };
  let finishReason = "";
  for (const { choices } of chunks) {
    const { delta, finish_reason: reason } = choices[0];
    if (delta.content) message.content = (message.content ?? "") + delta.content;
    if (delta.reasoning) message.reasoning = (message.reasoning ?? "") + delta.reasoning;
    if (delta.reasoning_details)
      message.reasoning_details = [...(message.reasoning_details ?? []), ...delta.reasoning_details];
    for (const { index, function: called, ...call } of delta.tool_calls ?? []) {
      message.tool_calls ??= [];
      message.tool_calls[index] ??= { ...call, function: { ...called, arguments: "" } };
      message.tool_calls[index].function.arguments += called.arguments ?? "";
    }
    finishReason ||= reason ?? "";
  }
  return { message, finishReason, usage: chunks.at(-1).usage };
}

const withoutReasoning = ({ role, content, tool_calls }: Json) => ({ role, content, tool_calls });

const resultsFor = ({ tool_calls: calls }: Json): Json[] =>
  calls.map(({ id }: Json, index: number) => ({ role: "tool", tool_call_id: id, content: RESULTS[index] }));

/** What the tools' turn and the one before must be for the upstream. */
function expectPaired({ turns }: SeenConversation, { takesIds }: Speaker): void {
  const [asked, answered, results] = turns;
  expect(asked).toEqual({ by: "user", text: QUESTION.content });
  if (answered?.by !== "model" || results?.by !== "tools") throw new Error("the calls have no results behind them");
  expect(answered.calls.map(({ name, input }) => ({ name, input }))).toEqual(CALLED);
  expect(results.results.map(({ text }) => text)).toEqual(RESULTS);
  const ids = answered.calls.map(({ id }) => id);
  expect(results.results.map(({ id }) => id)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(takesIds);
}

/** What the upstream must have of its own reasoning. */
function expectReasoning({ turns }: SeenConversation, speaker: Station, isKept: boolean): void {
  const [, answered] = turns;
  if (answered?.by !== "model") throw new Error("the model's turn is missing");
  const isBack = speaker.hasReasoning && (isKept || speaker.replays);
  expect(answered.reasoning).toBe(isBack ? REASONING : "");
  expect(answered.order).toEqual(isBack ? ["reasoning", "call"] : ["call"]);
  expect(answered.seals).toEqual(speaker.hasSeal ? [speaker.said.seal] : []);
  if (speaker.api === "google-gemini")
    expect(answered.calls.map(({ seal }) => seal)).toEqual([speaker.said.seal, undefined]);
}

describe.each(SPEAKERS)("three turns with $name", (speaker) => {
  describe.each([true, false])("stream: %s", (stream) => {
    it.each([
      { name: "who keeps the reasoning", isKept: true },
      { name: "who drops the reasoning", isKept: false },
    ])("survive a client $name", async ({ isKept }) => {
      const here = station(speaker.name);
      const kept = isKept ? (message: Json) => message : withoutReasoning;

      const first = await take(here, [SYSTEM, QUESTION], stream);
      expect(first.seen).toMatchObject({
        system: PREFIX,
        isMarked: here.hasCacheMark === true,
        tools: ["timetable", "delays"],
        turns: [{ by: "user", text: QUESTION.content }],
      });
      if (!here.hasCacheMark) expect(first.sent).not.toMatch(/cache_?(control|point)/i);
      expect(first.finishReason).toBe("tool_calls");
      expect(first.message).toMatchObject({ content: null, reasoning: REASONING });
      const calls = first.message.tool_calls.map(({ id, type, function: { name, arguments: text } }: Json) => {
        return { id, type, name, input: JSON.parse(text) };
      });
      expect(calls).toEqual(here.said.calls?.map((call) => ({ ...call, type: "function" })));
      const { prompt, completion } = TOKENS;
      const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
      expect(first.usage).toMatchObject(usage);
      if (here.hasSeal) expect(JSON.stringify(first.message.reasoning_details)).toContain(here.said.seal);

      const history = [SYSTEM, QUESTION, kept(first.message), ...resultsFor(first.message)];
      const second = await take(here, history, stream);
      expect(second.seen).toMatchObject({ system: PREFIX, isMarked: here.hasCacheMark === true });
      expect(second.seen.turns).toHaveLength(3);
      expectPaired(second.seen, here);
      expectReasoning(second.seen, here, isKept);
      expect(second.message).toMatchObject({ content: ANSWERS[0] });
      expect(second).toMatchObject({ finishReason: "stop", usage });

      const third = await take(here, [...history, kept(second.message), FOLLOW_UP], stream);
      expect(third.seen.system).toBe(PREFIX);
      expectPaired(third.seen, here);
      expectReasoning(third.seen, here, isKept);
      expect(third.seen.turns.slice(3)).toMatchObject([
        { by: "model", text: ANSWERS[0], calls: [] },
        { by: "user", text: FOLLOW_UP.content },
      ]);
      expect(third).toMatchObject({ message: { content: ANSWERS[1] }, finishReason: "stop", usage });
    });
  });

  it("remember the reasoning for the key that it was given to, and for no other", async () => {
    const here = station(speaker.name);
    const first = await take(here, [SYSTEM, QUESTION], false);
    const key = await gateway.createKey();
    const before = here.route.visits.length;
    const messages = [SYSTEM, QUESTION, withoutReasoning(first.message), ...resultsFor(first.message)];
    const headers = { authorization: `Bearer ${key}` };
    const json = { model: here.modelId, messages, tools: TOOLS };
    await jsonOf(await gateway.request("/chat/completions", { json, headers }), 200);
    const sent = here.route.visits[before]?.text;
    expect(sent).not.toContain(REASONING);
    expect(sent).not.toContain(here.said.seal);
  });
});

describe.each(SPEAKERS.filter(({ hasSeal }) => hasSeal))("two rounds of calls with $name", ({ name, api }) => {
  it.each([
    { how: "kept", kept: (message: Json) => message },
    { how: "dropped", kept: withoutReasoning },
  ])("have each its own reasoning, which is $how", async ({ kept }) => {
    const { model = "one", callId } = station(name);
    const rounds: Said[] = [1, 2].map((round) => ({
      reasoning: `Round ${round}: ask the timetable.`,
      seal: Buffer.from(`round ${round}`).toString("base64"),
      calls: [{ id: callId(round + 4), name: "timetable", input: { round } }],
    }));
    const script = [...rounds, { text: "At nine." }].map((said) => speak(DIALECTS[api], said));
    const answer: Answer = (exchange) => script[route.visits.indexOf(exchange.visit)]?.(exchange);
    const cast = await world.addModels([model], { only: { answer, provider: { api } } });
    const route = cast.route("only");
    const here: Station = { ...station(name), modelId: cast.model(), route };
    const history: Json[] = [SYSTEM, QUESTION];
    for (const _ of rounds) {
      const { message } = await take(here, history, false);
      history.push(kept(message), ...resultsFor(message));
    }
    const { seen } = await take(here, history, false);
    const answered = seen.turns.filter((turn) => turn.by === "model");
    expect(answered).toMatchObject(
      rounds.map(({ reasoning, seal, calls }) => ({ reasoning, seals: [seal], calls, order: ["reasoning", "call"] })),
    );
    expect(seen.turns.map(({ by }) => by)).toEqual(["user", "model", "tools", "model", "tools"]);
  });
});

/** Formats whose vendors read each other's signatures: both are Claude's. */
const CLAUDE = new Set(["anthropic-messages", "bedrock-converse"]);

const VENDORS = SPEAKERS.filter(({ name, api }) => name === api);
const PAIRS = VENDORS.flatMap((from) =>
  VENDORS.filter((to) => to !== from).map((to) => ({ from: from.name, to: to.name })),
);

describe("calls whose ids come again", () => {
  /** Kimi and others number their calls anew in every answer. */
  const ID = "functions.timetable:0";
  const towns = ["Ulm", "Bonn"];
  const question = (town: string) => ({ role: "user", content: `When does the train to ${town} go?` });
  const thoughtOf = (town: string) => `The traveller wants to go to ${town}.`;

  /** Thinks of the town that the last question names, and calls; answers when it has a result for that. */
  function addForgetful() {
    const answer: Answer = (exchange) => {
      const { messages } = exchange.visit.body;
      const town =
        towns.find((one) => JSON.stringify(messages.findLast(({ role }: Json) => role === "user")).includes(one)) ?? "";
      const calls = [{ id: ID, name: "timetable", input: { town } }];
      const next = messages.at(-1).role === "tool" ? { text: "At nine." } : { reasoning: thoughtOf(town), calls };
      return speak(DIALECTS["openai-chat"], next)(exchange);
    };
    return world.addModels(["one"], {
      only: { answer, provider: { quirks: { reasoning_field: "reasoning_content" } } },
    });
  }

  it("have their own conversation's reasoning", async () => {
    const cast = await addForgetful();
    const ask = async (messages: Json[]): Promise<Json> => {
      const json = { model: cast.model(), messages, tools: TOOLS };
      return whole(await jsonOf(await gateway.request("/chat/completions", { json }), 200)).message;
    };
    const first = await ask([question("Ulm")]);
    await ask([question("Bonn")]);
    const [message, result] = [withoutReasoning(first), { role: "tool", tool_call_id: ID, content: "at nine" }];
    await ask([question("Ulm"), message, result]);
    expect(cast.route("only").visits.at(-1)?.text).not.toContain(thoughtOf("Bonn"));
  });

  it("have their own turn's reasoning", async () => {
    const cast = await addForgetful();
    const history: Json[] = [];
    for (const town of towns) {
      history.push(question(town));
      for (let isCall = true; isCall; ) {
        const json = { model: cast.model(), messages: history, tools: TOOLS };
        const answer = whole(await jsonOf(await gateway.request("/chat/completions", { json }), 200));
        isCall = answer.finishReason === "tool_calls";
        history.push(withoutReasoning(answer.message));
        if (isCall) history.push({ role: "tool", tool_call_id: answer.message.tool_calls[0].id, content: "at nine" });
      }
    }
    const sent: Json[] = cast.route("only").visits.at(-1)?.body.messages;
    const calling = sent.filter(({ tool_calls: calls }) => calls);
    expect(calling.map(({ reasoning_content: text }) => text)).toEqual(towns.map(thoughtOf));
  });
});

describe.each(PAIRS)("a conversation that goes from $from to $to", ({ from, to }) => {
  it.each([
    { how: "kept", isKept: true, stream: true },
    { how: "dropped", isKept: false, stream: false },
  ])("is valid there, with its reasoning $how", async ({ isKept, stream }) => {
    const [there, here] = [station(from), station(to)];
    const first = await take(there, [SYSTEM, QUESTION], stream);
    const said = isKept ? first.message : withoutReasoning(first.message);
    const history = [SYSTEM, QUESTION, said, ...resultsFor(first.message)];
    const second = await take(here, history, stream);

    expect(second.seen).toMatchObject({ system: PREFIX, isMarked: here.hasCacheMark === true });
    expect(second.seen.turns).toHaveLength(3);
    expectPaired(second.seen, here);
    const [, answered] = second.seen.turns;
    const seals = answered?.by === "model" ? answered.seals : [];
    if (CLAUDE.has(from) && CLAUDE.has(to)) expect(seals).toEqual([there.said.seal]);
    else expect(second.sent).not.toContain(there.said.seal);
    // The vendor's word for a call that it did not sign.
    if (to === "google-gemini") expect(seals).toEqual(["skip_thought_signature_validator"]);
    expect(second.message.content).toBe(ANSWERS[0]);

    if (!isKept) return;
    const back = await take(there, [...history, second.message, FOLLOW_UP], stream);
    expectPaired(back.seen, there);
    expectReasoning(back.seen, there, isKept);
    expect(back.message.content).toBe(ANSWERS[1]);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { completion, ending, say } from "../support/openai-chat.ts";
import { connect, json, refuse, sse } from "./network.ts";
import { walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const takes = (...supported_parameters: string[]) => ({ endpoint: { supported_parameters } });
const TOOLS = [{ type: "function", function: { name: "f" } }];

describe("a parameter that the endpoint does not take", () => {
  it.each<[name: string, chat: Record<string, unknown>, supported: string[], sent: object, dropped: string[]]>([
    [
      "is left out and reported",
      { temperature: 1, seed: 7, top_k: 3 },
      ["temperature"],
      { temperature: 1 },
      ["seed", "top_k"],
    ],
    [
      "is none where all are taken",
      { temperature: 1, seed: 7 },
      ["temperature", "seed"],
      { temperature: 1, seed: 7 },
      [],
    ],
    ["is none where the row lists none", { temperature: 1, seed: 7 }, [], { temperature: 1, seed: 7 }, []],
    ["is none where it is null", { seed: null }, ["temperature"], {}, []],
    [
      "is kept where it changes what is asked",
      { max_tokens: 5, tools: TOOLS, tool_choice: "auto" },
      ["temperature"],
      { max_tokens: 5, tools: TOOLS, tool_choice: "auto" },
      [],
    ],
    [
      "is kept where it is no known parameter",
      { chat_template_kwargs: { a: 1 } },
      ["temperature"],
      { chat_template_kwargs: { a: 1 } },
      [],
    ],
    [
      "may be listed in another word",
      { reasoning: { effort: "low" } },
      ["include_reasoning"],
      { reasoning_effort: "low" },
      [],
    ],
    [
      "may be the reasoning",
      { reasoning: { effort: "low" }, reasoning_effort: "low" },
      ["temperature"],
      {},
      ["reasoning", "reasoning_effort"],
    ],
  ])("%s", async (_, chat, supported, sent, dropped) => {
    for (const stream of [true, false]) {
      const calls = connect({ a: stream ? sse([say("Hi"), ending()]) : json(completion("Hi")) });
      const asked = walk({ a: takes(...supported) }, { chat: { ...chat, stream } });
      expect(await asked.dropped()).toEqual(dropped);
      const {
        model: _model,
        messages: _messages,
        stream: _stream,
        stream_options: _options,
        ...rest
      } = calls[0]?.body ?? {};
      expect(rest).toEqual(sent);
      vi.restoreAllMocks();
    }
  });

  it("is reported for the endpoint that answered, not for those that failed", async () => {
    const calls = connect({ a: refuse, b: json(completion("Hi")) });
    const asked = walk({ a: takes("temperature"), b: takes("seed") }, { chat: { temperature: 1, seed: 7 } });
    expect(await asked.dropped()).toEqual(["temperature"]);
    expect(calls.map(({ body }) => [body.temperature, body.seed])).toEqual([
      [1, undefined],
      [undefined, 7],
    ]);
  });
});

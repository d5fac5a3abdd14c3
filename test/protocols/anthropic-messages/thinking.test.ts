import { describe, expect, it } from "vitest";
import { RouterError } from "../../../src/errors.ts";
import { type Json, written } from "./support.ts";

type Row = [fields: Json, expected: Json, dropped?: string[]];

const messages = (...turns: Json[]) => ({ messages: [{ role: "user", content: "Hi." }, ...turns] });
const now = { type: "function", function: { name: "now" } };
const called = (more: Json = {}) => ({
  role: "assistant",
  content: null,
  tool_calls: [{ id: "a", type: "function", function: { name: "now", arguments: "{}" } }],
  ...more,
});
const result = { role: "tool", tool_call_id: "a", content: "Noon." };
const signed = [{ type: "reasoning.text", text: "Hm.", signature: "S", format: "anthropic-claude-v1", index: 0 }];

function expectRow(quirks: Json, [fields, expected, dropped = []]: Row, maxCompletionTokens?: number): void {
  const { body, dropped: reported } = written(fields, { quirks, maxCompletionTokens });
  const { max_tokens, thinking, output_config, temperature, top_p, top_k, tool_choice } = body;
  const said = { max_tokens, thinking, output_config, temperature, top_p, top_k, tool_choice };
  for (const [field, value] of Object.entries(expected)) expect(said).toHaveProperty(field, value);
  if (!("thinking" in expected)) expect(thinking).toBeUndefined();
  if (!("output_config" in expected)) expect(output_config).toBeUndefined();
  expect(reported).toEqual(dropped);
}

const budget = (budget_tokens: number) => ({ type: "enabled", budget_tokens });

describe("with a budget", () => {
  it.each<Row>([
    [{ max_tokens: 10_000, reasoning: { effort: "max" } }, { thinking: budget(9500) }],
    [{ max_tokens: 10_000, reasoning: { effort: "xhigh" } }, { thinking: budget(9500) }],
    [{ max_tokens: 10_000, reasoning: { effort: "high" } }, { thinking: budget(8000) }],
    [{ max_tokens: 10_000, reasoning: { enabled: true } }, { thinking: budget(5000) }],
    [{ max_tokens: 10_000, reasoning_effort: "low" }, { thinking: budget(2000) }],
    [{ max_tokens: 10_000, reasoning_effort: "minimal" }, { thinking: budget(1024) }],
    [{ max_tokens: 400_000, reasoning_effort: "high" }, { thinking: budget(128_000) }],
    [{ max_tokens: 10_000, reasoning: { max_tokens: 3000 } }, { thinking: budget(3000) }],
    [{ max_tokens: 10_000, reasoning: { max_tokens: 100 } }, { thinking: budget(1024) }],
    [{ max_tokens: 4000, reasoning: { max_tokens: 4000 } }, { thinking: budget(3800) }],
    [{ max_tokens: 1025, reasoning: { effort: "high" } }, { thinking: budget(1024) }],
    [{ max_tokens: 1024, reasoning: { effort: "high" } }, { max_tokens: 1024 }, ["reasoning"]],
    [{ max_tokens: 500, reasoning_effort: "high" }, { max_tokens: 500 }, ["reasoning_effort"]],
    [{ reasoning: { max_tokens: 20_000 } }, { max_tokens: 28_192, thinking: budget(20_000) }],
    [{ reasoning: {} }, {}],
    [{ reasoning: { exclude: true } }, {}],
    [{ reasoning: { enabled: false, effort: "high" } }, {}],
    [{ reasoning: { effort: "none" } }, {}],
    [{ reasoning: { max_tokens: 0 } }, {}],
    [{ verbosity: "low" }, {}, ["verbosity"]],
    [{ reasoning: { mode: "pro", context: "all_turns" } }, {}, ["reasoning.mode", "reasoning.context"]],
    [{ thinking: budget(2000), reasoning: { effort: "high" } }, { thinking: budget(2000) }],
  ])("%j", (...row) => expectRow({}, row));

  it("stays below the endpoint's limit", () => {
    expectRow({}, [{ reasoning: { max_tokens: 99_000 } }, { max_tokens: 32_000, thinking: budget(30_400) }], 32_000);
  });

  it("goes with a level of effort for the answer where the endpoint has both", () => {
    const row: Row = [
      { max_tokens: 10_000, verbosity: "xhigh", reasoning: { effort: "low" } },
      { thinking: budget(2000), output_config: { effort: "high" } },
    ];
    expectRow({ reasoning_efforts: ["low", "medium", "high"] }, row);
  });

  it.each<Row>([
    [{ temperature: 0.2, top_p: 0.5, top_k: 3 }, { thinking: budget(4096) }, ["temperature", "top_p", "top_k"]],
    [{ temperature: 1 }, { thinking: budget(4096), temperature: 1 }],
    [{ top_p: 0.97 }, { thinking: budget(4096), top_p: 0.97 }],
  ])("leaves no room for %j", (fields, ...row) => expectRow({}, [{ reasoning_effort: "medium", ...fields }, ...row]));

  it.each<Row>([
    [{ tools: [now], tool_choice: "required" }, { tool_choice: { type: "any" } }, ["reasoning"]],
    [
      { tools: [now], tool_choice: { type: "function", function: { name: "now" } } },
      { tool_choice: { type: "tool", name: "now" } },
      ["reasoning"],
    ],
    [{ tools: [now], tool_choice: "auto" }, { thinking: budget(4096) }],
    [messages({ role: "assistant", content: "Well" }), {}, ["reasoning"]],
    [{ tools: [now], ...messages(called(), result) }, {}, ["reasoning"]],
    [{ tools: [now], ...messages(called({ reasoning_details: signed }), result) }, { thinking: budget(4096) }],
    [
      { tools: [now], ...messages(called({ reasoning_details: signed }), result, called(), result) },
      { thinking: budget(4096) },
    ],
    [{ tools: [now], ...messages(called(), result, { role: "user", content: "And?" }) }, {}, ["reasoning"]],
    [
      {
        tools: [now],
        ...messages(called(), result, { role: "assistant", content: "Noon." }, { role: "user", content: "?" }),
      },
      { thinking: budget(4096) },
    ],
  ])("gives way to what the vendor refuses beside it: %j", (fields, ...row) => {
    expectRow({}, [{ reasoning: { enabled: true }, ...fields }, ...row]);
  });

  it("is the effort that the conversation has set last", () => {
    const update = (effort: string) => ({
      role: "system",
      content: "",
      configuration_update: { reasoning: { effort } },
    });
    expectRow({}, [
      { max_tokens: 10_000, reasoning: { effort: "high" }, ...messages(update("medium"), update("low")) },
      { thinking: budget(2000) },
    ]);
    expectRow({}, [{ max_tokens: 10_000, reasoning: { effort: "high" }, ...messages(update("none")) }, {}]);
  });
});

const adaptive = { type: "adaptive", display: "summarized" };
const effort = (level: string) => ({ effort: level });

describe("with adaptive thinking", () => {
  const quirks = { reasoning_request: "adaptive" };

  it.each<Row>([
    [{}, {}],
    [{ reasoning: { enabled: true } }, { thinking: adaptive }],
    [{ reasoning: { effort: "xhigh" } }, { thinking: adaptive, output_config: effort("xhigh") }],
    [{ reasoning_effort: "minimal" }, { thinking: adaptive, output_config: effort("low") }],
    [{ reasoning_effort: "none" }, {}],
    [
      { reasoning: { effort: "low", exclude: true } },
      { thinking: { type: "adaptive", display: "omitted" }, output_config: effort("low") },
    ],
    [
      { reasoning_effort: "low", include_reasoning: false },
      { thinking: { type: "adaptive", display: "omitted" }, output_config: effort("low") },
    ],
    [
      { max_tokens: 10_000, reasoning: { max_tokens: 2100 } },
      { thinking: adaptive, output_config: effort("low") },
    ],
    [
      { max_tokens: 10_000, reasoning: { max_tokens: 7000 } },
      { thinking: adaptive, output_config: effort("high") },
    ],
    [{ verbosity: "max" }, { output_config: effort("max") }],
    [
      { verbosity: "max", reasoning: { effort: "low" } },
      { thinking: adaptive, output_config: effort("max") },
    ],
    [
      { temperature: 0.2, reasoning: { enabled: true } },
      { thinking: adaptive, temperature: undefined },
      ["temperature"],
    ],
    [{ temperature: 0.2 }, { temperature: 0.2 }],
    [{ tools: [now], reasoning: { enabled: true }, ...messages(called(), result) }, { thinking: adaptive }],
    [
      { tools: [now], tool_choice: "required", reasoning: { effort: "low" } },
      { output_config: effort("low"), tool_choice: { type: "any" } },
      ["reasoning"],
    ],
  ])("%j", (...row) => expectRow(quirks, row));

  it("takes the nearest level that there is", () => {
    const levels = { ...quirks, reasoning_efforts: ["low", "medium", "high", "max"] };
    expectRow(levels, [{ verbosity: "xhigh" }, { output_config: effort("high") }]);
    expectRow({ ...quirks, reasoning_efforts: ["high"] }, [{ verbosity: "low" }, { output_config: effort("high") }]);
  });
});

describe("with models that think unasked", () => {
  const quirks = { reasoning_request: "adaptive_default" };

  it.each<Row>([
    [{}, { thinking: adaptive }],
    [{ reasoning: { enabled: false } }, { thinking: { type: "disabled" } }],
    [
      { reasoning: { effort: "none" }, verbosity: "max" },
      { thinking: { type: "disabled" }, output_config: effort("high") },
    ],
    [
      { tools: [now], tool_choice: "required" },
      { thinking: { type: "disabled" }, tool_choice: { type: "any" } },
    ],
    [
      { tools: [now], tool_choice: "required", reasoning: { effort: "max" } },
      { thinking: { type: "disabled" }, output_config: effort("high") },
      ["reasoning"],
    ],
  ])("%j", (...row) => expectRow(quirks, row));
});

describe("with models that always think", () => {
  const quirks = { reasoning_request: "adaptive_always" };

  it.each<Row>([
    [{}, { thinking: adaptive }],
    [{ reasoning: { effort: "high" } }, { thinking: adaptive, output_config: effort("high") }],
    [{ tools: [now], tool_choice: "required" }, { thinking: adaptive, tool_choice: { type: "auto" } }, ["tool_choice"]],
    [
      { model: "~acme/heron-latest", reasoning: { effort: "none" } },
      { thinking: adaptive, output_config: effort("low") },
    ],
  ])("%j", (...row) => expectRow(quirks, row));

  it.each([{ reasoning: { enabled: false } }, { reasoning_effort: "none" }])("%j is refused", (fields) => {
    expect(() => written(fields, { quirks: { reasoning_request: "adaptive_always" } })).toThrow(RouterError);
    expect(() => written(fields, { quirks: { reasoning_request: "adaptive_always" } })).toThrow(
      "Reasoning is mandatory for this endpoint and cannot be disabled.",
    );
  });
});

describe("without a way to ask", () => {
  it("reports that it did not", () => {
    expectRow({ reasoning_request: "none" }, [{ reasoning: { effort: "high" } }, {}, ["reasoning"]]);
    expectRow({ reasoning_request: "none" }, [{ reasoning: { effort: "none" } }, {}]);
  });
});

describe("thinking that is tied to what stood before it", () => {
  const quirks = { reasoning_request: "adaptive_default" as const, preserved_thinking: true };
  const history = messages(
    { role: "assistant", content: "So.", reasoning_details: signed },
    { role: "user", content: "And?" },
  );
  const block_binding = { prefix_mismatch_behavior: "drop_block" };

  it("is asked for to be dropped when that has changed", () => {
    const { body, headers } = written(history, { quirks });
    expect(body.thinking).toEqual({ ...adaptive, block_binding });
    expect(headers).toMatchObject({ "anthropic-beta": "thinking-binding-controls-2026-08-01" });
  });

  it("is not mentioned without any", () => {
    const { body, headers } = written({}, { quirks });
    expect(body.thinking).toEqual(adaptive);
    expect(headers).toEqual({ "anthropic-version": "2023-06-01" });
  });

  it("is left out where this request does not think", () => {
    const { body, headers } = written({ ...history, reasoning: { enabled: false } }, { quirks });
    expect(JSON.stringify(body.messages)).not.toContain("signature");
    expect(headers).toEqual({ "anthropic-version": "2023-06-01" });
  });
});

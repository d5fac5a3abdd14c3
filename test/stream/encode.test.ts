import { describe, expect, it } from "vitest";
import type { Delta } from "../../src/schema/chunk.ts";
import { ChunkEncoder, DONE_EVENT } from "../../src/stream/encode.ts";

const ENVELOPE = { id: 'gen-1-"x"', created: 1_795_000_000, model: "acme/one", provider: "Acme" };
const HEAD = {
  id: 'gen-1-"x"',
  object: "chat.completion.chunk",
  created: 1_795_000_000,
  model: "acme/one",
  provider: "Acme",
};
const FINISH = { index: 0, finishReason: "stop", nativeFinishReason: "end_turn" } as const;

/** The chunk of one event. */
function parse(event: string) {
  expect(event).toMatch(/^data: [^\n]*\n\n$/);
  return JSON.parse(event.slice("data: ".length));
}

const delta = (fields: Delta, more: object = {}) => ({ type: "delta" as const, index: 0, delta: fields, ...more });

describe("a chunk", () => {
  it.each<[name: string, delta: Delta, wire: object]>([
    ["text", { content: "Hi" }, { content: "Hi", role: "assistant" }],
    [
      "text that JSON escapes",
      { content: '"\\\n\u2028\ud800🚂' },
      { content: '"\\\n\u2028\ud800🚂', role: "assistant" },
    ],
    ["nothing but log probabilities", {}, { content: "", role: "assistant" }],
    [
      "reasoning",
      { reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "unknown", index: 0 }] },
      {
        content: "",
        role: "assistant",
        reasoning: "Hm",
        reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "unknown", index: 0 }],
      },
    ],
    [
      "a signature",
      { reasoning_details: [{ type: "reasoning.text", signature: "s", index: 0 }] },
      { content: "", role: "assistant", reasoning_details: [{ type: "reasoning.text", signature: "s", index: 0 }] },
    ],
    [
      "the start of a tool call: null content",
      { tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "f", arguments: "" } }] },
      {
        content: null,
        role: "assistant",
        tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "f", arguments: "" } }],
      },
    ],
    [
      "more of a tool call",
      { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
      { content: null, role: "assistant", tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
    ],
    [
      "text beside a tool call",
      { content: "Now", tool_calls: [{ index: 0, function: { arguments: "}" } }] },
      { content: "Now", role: "assistant", tool_calls: [{ index: 0, function: { arguments: "}" } }] },
    ],
    ["a refusal", { refusal: "No" }, { content: "", role: "assistant", refusal: "No" }],
    ["audio", { audio: { data: "AAA=" } }, { content: "", role: "assistant", audio: { data: "AAA=" } }],
    [
      "an image",
      { images: [{ type: "image_url", image_url: { url: "data:," } }] },
      { content: "", role: "assistant", images: [{ type: "image_url", image_url: { url: "data:," } }] },
    ],
  ])("says %s", (_, fields, wire) => {
    expect(parse(new ChunkEncoder(ENVELOPE).delta(delta(fields)))).toEqual({
      ...HEAD,
      choices: [{ index: 0, delta: wire, finish_reason: null, native_finish_reason: null }],
    });
  });

  it("says log probabilities beside the delta", () => {
    const logprobs = { content: [{ token: "Hi", logprob: -0.1 }], refusal: null };
    expect(parse(new ChunkEncoder(ENVELOPE).delta(delta({ content: "Hi" }, { logprobs }))).choices[0].logprobs).toEqual(
      logprobs,
    );
  });

  it("keeps the index of its choice", () => {
    const encoder = new ChunkEncoder(ENVELOPE);
    expect(parse(encoder.delta(delta({ content: "Hi" }, { index: 3 }))).choices[0].index).toBe(3);
    expect(parse(encoder.finish(3, "stop", null)).choices[0].index).toBe(3);
  });

  it("says why a choice ended, in the contract's word and the upstream's", () => {
    expect(parse(new ChunkEncoder(ENVELOPE).finish(0, "length", 'max "tokens"'))).toEqual({
      ...HEAD,
      choices: [
        {
          index: 0,
          delta: { content: "", role: "assistant" },
          finish_reason: "length",
          native_finish_reason: 'max "tokens"',
        },
      ],
    });
    expect(parse(new ChunkEncoder(ENVELOPE).finish(0, "stop", null)).choices[0].native_finish_reason).toBeNull();
  });

  it("says last what the answer used, beside the finish reason once more", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    expect(parse(new ChunkEncoder(ENVELOPE).usage(usage, FINISH, "flex"))).toEqual({
      ...HEAD,
      service_tier: "flex",
      choices: [
        {
          index: 0,
          delta: { content: "", role: "assistant" },
          finish_reason: "stop",
          native_finish_reason: "end_turn",
        },
      ],
      usage,
    });
    expect(parse(new ChunkEncoder(ENVELOPE).usage(usage, FINISH, undefined)).service_tier).toBeNull();
  });

  it("says what went wrong inside a chunk with everything that clients look for", () => {
    const error = { code: 502, message: "Provider\nreturned error", metadata: { error_type: "provider_unavailable" } };
    expect(parse(new ChunkEncoder(ENVELOPE).error(error))).toEqual({
      ...HEAD,
      error,
      choices: [
        { index: 0, delta: { content: "", role: "assistant" }, finish_reason: "error", native_finish_reason: null },
      ],
    });
  });

  it("repeats the upstream's fingerprint once there is one", () => {
    const encoder = new ChunkEncoder(ENVELOPE);
    expect(parse(encoder.delta(delta({ content: "a" })))).not.toHaveProperty("system_fingerprint");
    encoder.setFingerprint('fp_"1"');
    encoder.setFingerprint('fp_"1"');
    for (const event of [
      encoder.delta(delta({ content: "b" })),
      encoder.finish(0, "stop", null),
      encoder.usage({}, FINISH, undefined),
      encoder.error({ code: 500, message: "x" }),
    ])
      expect(parse(event)).toMatchObject({ ...HEAD, system_fingerprint: 'fp_"1"' });
  });

  it("is followed by the end of the stream", () => {
    expect(DONE_EVENT).toBe("data: [DONE]\n\n");
  });
});

describe("a chunk of an answer that goes well", () => {
  it("holds no null under a key that clients refuse as null, and no error", () => {
    const encoder = new ChunkEncoder(ENVELOPE);
    const events = [
      encoder.delta(delta({ content: "a" })),
      encoder.delta(delta({ tool_calls: [{ index: 0, function: { arguments: "x" } }] })),
      encoder.finish(0, "stop", null),
      encoder.usage({ prompt_tokens: 1 }, FINISH, undefined),
    ];
    const refused = ["system_fingerprint", "usage", "error", "role", "tool_calls", "reasoning_details", "id", "name"];
    for (const event of events) for (const key of refused) expect(event).not.toContain(`"${key}":null`);
    for (const event of events) {
      const chunk = parse(event);
      expect(chunk).not.toHaveProperty("error");
      for (const choice of chunk.choices)
        expect(Object.keys(choice)).toEqual(expect.arrayContaining(["index", "delta", "finish_reason"]));
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import { chatRequestSchema, parseChatRequest } from "../../src/schema/chat.ts";
import { inUsualForm } from "../../src/schema/normal-form.ts";

/** Bodies that between them use every kind of schema; the properties change them in places. */
const SEEDS: Record<string, unknown>[] = [
  { messages: [{ role: "user", content: "Hello" }] },
  { prompt: "Hello", model: "a/b", models: ["c/d"] },
  {
    messages: [
      { role: "system", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1h" } }] },
      { role: "user", name: "ann", content: [{ type: "image_url", image_url: { url: "data:,", detail: "low" } }] },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
        reasoning_details: [{ type: "reasoning.text", text: "b", index: 0 }],
      },
      { role: "tool", tool_call_id: "1", content: [{ type: "input_audio", input_audio: { data: "", format: "mp3" } }] },
      {
        role: "user",
        content: [
          { type: "file", file: {} },
          { type: "input_video", video_url: { url: "http://a" } },
        ],
      },
    ],
    tools: [
      { type: "function", function: { name: "f", parameters: { type: "object" }, strict: null } },
      { type: "openrouter:web_search", max_results: 1 },
    ],
    tool_choice: { type: "function", function: { name: "f" } },
  },
  {
    messages: [{ role: "developer", content: "" }],
    temperature: 1,
    stop: ["a"],
    logit_bias: { "1": 1 },
    metadata: { a: "b" },
    image_config: { a: 1, b: ["c"] },
    reasoning: { effort: "low", max_tokens: 1 },
    reasoning_effort: "low",
    response_format: { type: "json_schema", json_schema: { name: "a", schema: {} } },
    provider: { order: ["a"], sort: { by: "price" }, max_price: { prompt: "1" }, preferred_max_latency: { p50: 1 } },
    plugins: [
      { id: "web", max_results: 1 },
      { id: "auto-router", allowed_models: ["a"] },
    ],
    prediction: { type: "content", content: [{ type: "text", text: "a" }] },
    stop_server_tools_when: [{ type: "max_cost", max_cost_in_dollars: 1 }],
  },
];

/** Values of the wrong kind, values that are right elsewhere, and any JSON at all. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 1e9, 1e300, "", "a", "user", "text", "function", "low", "price"),
  fc.constantFrom<unknown>([], {}, ["a"], [1], { type: "text" }, { type: "text", text: "a" }, { role: "user" }),
  fc.jsonValue(),
);

type Edit = { at: number; key: string; value: unknown; kind: "replace" | "remove" | "add" };
const edits: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  key: fc.constantFrom(
    ...Object.keys(chatRequestSchema.shape),
    "type",
    "role",
    "content",
    "id",
    "name",
    "__proto__",
    "x",
  ),
  value: junk,
  kind: fc.constantFrom("replace" as const, "remove" as const, "add" as const),
});

const bodies = fc.tuple(fc.constantFrom(...SEEDS), fc.array(edits, { maxLength: 3 })).map(([seed, changes]) => {
  // through text, so that a key "__proto__" is an own key as it is in a client's body
  const body = JSON.parse(JSON.stringify(seed)) as Record<string, unknown>;
  for (const change of changes) edit(body, change);
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
});

describe("parseChatRequest", () => {
  it("takes exactly what the schema takes", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        expect(isTaken(body)).toBe(isValid(body));
      }),
      { numRuns: 5000 },
    );
  });

  it("takes exactly what the schema takes in each single field", () => {
    const field = fc.constantFrom(...Object.keys(chatRequestSchema.shape));
    fc.assert(
      fc.property(field, junk, (key, value) => {
        const body = { messages: [{ role: "user", content: "a" }], [key]: value };
        expect(isTaken(body)).toBe(isValid(body));
      }),
      { numRuns: 5000 },
    );
  });

  it("gives the client's object back unchanged, and names a field of it when it refuses", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const before = JSON.stringify(body);
        try {
          const request = parseChatRequest(body);
          if (Array.isArray(body.messages) && body.messages.length > 0 && inUsualForm(body) === body)
            expect(request).toBe(body);
        } catch (error) {
          expect(error).toBeInstanceOf(RouterError);
          const { metadata, status, message } = error as RouterError;
          expect(status).toBe(400);
          const topLevel = String(metadata.field).split(".")[0];
          expect([...Object.keys(body), "messages"]).toContain(topLevel);
          if (!/^(Input required|'models')/.test(message)) expect(message.startsWith(`${metadata.field}: `)).toBe(true);
        }
        expect(JSON.stringify(body)).toBe(before);
      }),
      { numRuns: 2000 },
    );
  });
});

function isTaken(body: unknown): boolean {
  try {
    parseChatRequest(body);
    return true;
  } catch {
    return false;
  }
}

/** What zod says of the usual form, and the rules between fields. */
function isValid(body: Record<string, unknown>): boolean {
  if (typeof body.messages === "string" && body.messages.trim() === "") return false;
  const result = chatRequestSchema.safeParse(inUsualForm(body));
  if (!result.success) return false;
  const { messages, prompt, reasoning, reasoning_effort, logprobs, top_logprobs } = result.data;
  const hasInput = Boolean(messages?.length) || Boolean(prompt);
  const hasOneEffort = !reasoning_effort || !reasoning?.effort || reasoning_effort === reasoning.effort;
  return hasInput && hasOneEffort && !(logprobs === false && top_logprobs != null);
}

/** Changes one place of a JSON tree. */
function edit(body: Record<string, unknown>, { at, key, kind, ...change }: Edit): void {
  // a copy: the generator hands out the same object again
  const value: unknown = structuredClone(change.value);
  const places = placesIn(body);
  const { parent, name } = places[at % places.length] ?? { parent: body, name: key };
  if (kind === "remove" && !Array.isArray(parent)) delete parent[name];
  else if (kind === "replace") parent[name] = value;
  else if (Array.isArray(parent)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

type Parent = Record<string, unknown>;

function placesIn(value: unknown): { parent: Parent; name: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Parent;
  return Object.keys(parent).flatMap((name) => [{ parent, name }, ...placesIn(parent[name])]);
}

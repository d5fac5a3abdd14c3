import { describe, expect, it } from "vitest";
import { withoutPersonalData } from "../../src/checks/personal-data.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import type { ChecksSettings, PiiMethod } from "../../src/schema/checks.ts";
import type { SideCalls } from "../../src/schema/side-calls.ts";

const MAIL = "canary.mail@acme-corp.example";
const CARD = "4111111111111111";
/** Of 19 digits, more than a number can count with. */
const LONG_CARD = "6214123456789012371";

const nobody = { ask: () => Promise.reject(new Error("nobody is to be asked")) } as unknown as SideCalls;

function run(chat: object, wanted: { pii?: "block" | "replace"; method?: PiiMethod; spared?: string[] } = {}) {
  return runWith(chat, wanted, {}, nobody);
}

function runWith(chat: object, wanted: object, settings: ChecksSettings, sides: SideCalls) {
  const all = { pii: "replace" as const, method: "category" as const, spared: [], ...wanted };
  return withoutPersonalData(chat as ChatRequest, all, settings, sides);
}

const call = (args: string) => ({
  role: "assistant",
  content: null,
  tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: args } }],
});
const user = (content: unknown) => ({ role: "user", content });

const HIDING_PLACES = [
  { name: "a user's message", messages: [user(`Write to ${MAIL}.`)] },
  { name: "a part of one", messages: [user([{ type: "text", text: `Write to ${MAIL}.` }])] },
  { name: "an earlier answer", messages: [user("Hi"), { role: "assistant", content: `It is ${MAIL}.` }, user("ok")] },
  { name: "earlier reasoning", messages: [user("Hi"), { role: "assistant", content: "ok", reasoning: MAIL }] },
  {
    name: "details of it",
    messages: [
      user("Hi"),
      { role: "assistant", content: "ok", reasoning_details: [{ type: "reasoning.text", text: MAIL, signature: "s" }] },
    ],
  },
  { name: "the arguments of a call", messages: [user("Hi"), call(JSON.stringify({ to: MAIL }))] },
  { name: "a result", messages: [user("Hi"), call("{}"), { role: "tool", tool_call_id: "1", content: MAIL }] },
  { name: "escaped JSON", messages: [user("Hi"), call(JSON.stringify({ to: MAIL }).replace("@", "\\u0040"))] },
  { name: "what is searched for", messages: [user("Hi")], rag_params: { table_id: "t", search_query: MAIL } },
  { name: "what is predicted", messages: [user("Hi")], prediction: { type: "content", content: MAIL } },
];

describe("personal data", () => {
  it.each(HIDING_PLACES)("is replaced in $name", async ({ name: _, ...chat }) => {
    const after = JSON.stringify(await run(chat)).replaceAll("\\\\u0040", "@");
    expect(JSON.stringify(chat).replaceAll("\\\\u0040", "@")).toContain(MAIL);
    expect(after).not.toContain(MAIL);
    expect(after).toContain("<EMAIL_ADDRESS>");
  });

  it.each(HIDING_PLACES)("is refused in $name", async ({ name: _, ...chat }) => {
    await expect(run(chat, { pii: "block" })).rejects.toMatchObject({
      status: 403,
      message: "Request blocked: pii detected",
      metadata: { reasons: ["pii"], entities: ["EMAIL_ADDRESS"] },
    });
  });

  const torn = (...texts: string[]) => ({
    messages: [
      user([...texts.map((text) => ({ type: "text", text })), { type: "image_url", image_url: { url: "u" } }]),
    ],
  });

  it.each([
    { texts: ["My card is 4111 1111", " 1111 1111, thanks."], after: ["My card is <CREDIT_CARD>", ", thanks."] },
    { texts: ["Write to canary.m", "ail@acme", "-corp.example now"], after: ["Write to <EMAIL_ADDRESS>", " now"] },
    {
      texts: ["Mine is a.b@acme-corp.example, his c.d@ac", "me-corp.example"],
      after: ["Mine is <EMAIL_ADDRESS>, his <EMAIL_ADDRESS>"],
    },
    { texts: ["I met Anna", "Berlin is big"], after: undefined },
  ])("that is torn between parts is found: $texts", async ({ texts, after }) => {
    const { messages } = (await run(torn(...texts))) as ReturnType<typeof torn>;
    const parts = messages
      .flatMap(({ content }) => (content as { text?: string }[]).map(({ text }) => text))
      .slice(0, -1);
    if (after) expect(parts).toEqual(after);
    else expect(parts.at(-1)).toBe(texts.at(-1));
    if (after) await expect(run(torn(...texts), { pii: "block" })).rejects.toMatchObject({ status: 403 });
  });

  it("that is all there is leaves one part", async () => {
    const content = [
      { type: "text", text: "4111 1111" },
      { type: "text", text: " 1111 1111" },
    ];
    const { messages } = await run({ messages: [user(content)] });
    expect(messages[0]?.content).toEqual([{ type: "text", text: "<CREDIT_CARD>" }]);
  });

  it.each([
    { name: "Peter Miller", category: "<PERSON>", plain: false },
    { name: MAIL, category: "<EMAIL_ADDRESS>", plain: false },
    { name: "Peter_Miller", category: "PERSON", plain: true },
    { name: "PeterMiller", category: "PERSON", plain: true },
    { name: "agent_Peter-Miller_7", category: "agent_PERSON_7", plain: true },
    { name: "alice", category: "PERSON", plain: true },
    { name: CARD, category: "CREDIT_CARD", plain: true },
  ])("in the name of a speaker is replaced or refused: $name", async ({ name, category, plain }) => {
    const chat = { messages: [{ ...user("Hi"), name }, { role: "assistant", content: "Hi" }, user("ok")] };
    const nameAfter = async (method: PiiMethod) => (await run(chat, { method })).messages[0]?.name ?? "";
    expect(await nameAfter("category")).toBe(category);
    for (const method of ["mask", "random", "fake"] as const) {
      const after = await nameAfter(method);
      expect(after).not.toContain(name);
      if (plain) expect(after).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    }
    expect(chat.messages[0]).toHaveProperty("name", name);
    await expect(run(chat, { pii: "block" })).rejects.toMatchObject({ status: 403 });
  });

  it("in the name of a speaker is replaced as in what is said", async () => {
    const { messages } = await run(
      { messages: [{ ...user("Peter Miller"), name: "Peter_Miller" }] },
      { method: "fake" },
    );
    expect(messages[0]?.name).toBe(String(messages[0]?.content).replaceAll(/[^a-zA-Z0-9-]+/g, "_"));
  });

  it.each(["example_user", "support-bot", "get_weather", "u", "max"])("is not in the name %s", async (name) => {
    const chat = { messages: [{ ...user("Hi"), name }] };
    expect(await run(chat)).toEqual(chat);
    expect(await run(chat, { pii: "block" })).toBe(chat);
  });

  it("in two messages is not put together", async () => {
    const chat = { messages: [user("My card is 4111 1111"), user(" 1111 1111, thanks.")] };
    expect(await run(chat)).toEqual(chat);
  });

  it("of the operator stays, unless it is to be scanned", async () => {
    const chat = { messages: [{ role: "system", content: MAIL }, user("Hi")] };
    expect(JSON.stringify(await run(chat))).toContain(MAIL);
    const scanned = await runWith(chat, {}, { scan_system: true }, nobody);
    expect(JSON.stringify(scanned)).not.toContain(MAIL);
  });

  it("of a kind that is left alone stays", async () => {
    const chat = { messages: [user(`${MAIL} from 192.168.4.20`)] };
    const { messages } = await run(chat, { spared: ["EMAIL_ADDRESS"] });
    expect(messages[0]?.content).toBe(`${MAIL} from <IP_ADDRESS>`);
    await expect(run({ messages: [user(MAIL)] }, { pii: "block", spared: ["EMAIL_ADDRESS"] })).resolves.toBeDefined();
  });

  it("has one replacement in all messages", async () => {
    const chat = { messages: [user(MAIL), { role: "assistant", content: MAIL }, user("other@acme-corp.example")] };
    const { messages } = await run(chat, { method: "random" });
    const [first, second, third] = messages.map(({ content }) => content);
    expect(first).toBe(second);
    expect(first).not.toBe(MAIL);
    expect(third).not.toBe(first);
  });

  it.each([CARD, LONG_CARD])("in JSON leaves JSON behind: the number %s", async (digits) => {
    const { messages } = await run({ messages: [user("Hi"), call(`{"card": ${digits}, "n": 7, "by": "${MAIL}"}`)] });
    const { tool_calls: calls } = messages[1] as { tool_calls: { function: { arguments: string } }[] };
    const args = JSON.parse(calls[0]?.function.arguments ?? "");
    expect(args).toEqual({ card: "<CREDIT_CARD>", n: 7, by: "<EMAIL_ADDRESS>" });
  });

  it("is not there: the request goes on as it is", async () => {
    const chat = { messages: [user("What is the capital of France?"), call('{"a": 1}')] };
    expect(await run(chat)).toEqual(chat);
    expect(await run(chat, { pii: "block" })).toBe(chat);
  });

  it("is looked for in no more than can be read", async () => {
    await expect(run({ messages: [user("a ".repeat(100_001))] })).rejects.toMatchObject({
      status: 400,
      metadata: { field: "messages" },
    });
  });
});

describe("a judge of personal data", () => {
  const SETTINGS: ChecksSettings = { pii: { judge: "j/pii" } };
  const NAME = "Xqzt Vwblk";

  function judge(answer: string) {
    const seen: string[] = [];
    const sides = {
      async ask(chat: ChatRequest) {
        seen.push(JSON.stringify(chat.messages.at(-1)));
        return answer;
      },
    } as unknown as SideCalls;
    return { sides, seen };
  }
  const FOUND = JSON.stringify({ entities: [{ type: "PERSON", text: NAME }] });
  const CHAT = { messages: [user(`${NAME} of ${MAIL}, again ${NAME}`)] };

  it("adds people, and sees nothing that the rules have found", async () => {
    const { sides, seen } = judge(FOUND);
    const { messages } = await runWith(CHAT, {}, SETTINGS, sides);
    expect(messages[0]?.content).toBe("<PERSON> of <EMAIL_ADDRESS>, again <PERSON>");
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toContain(MAIL);
  });

  it("refuses what the rules have let pass", async () => {
    const blocking = runWith({ messages: [user(NAME)] }, { pii: "block" }, SETTINGS, judge(FOUND).sides);
    await expect(blocking).rejects.toMatchObject({ metadata: { entities: ["PERSON"] } });
  });

  it.each(["no idea", '{"entities": "none"}', '{"entities": [1]}', "{}"])(
    "that says %s is a failure",
    async (answer) => {
      const failing = runWith(CHAT, {}, SETTINGS, judge(answer).sides);
      await expect(failing).rejects.toMatchObject({ status: 502, type: "guardrail_failure" });
    },
  );

  it("that does not answer is a failure", async () => {
    await expect(runWith(CHAT, {}, SETTINGS, nobody)).rejects.toMatchObject({ type: "guardrail_failure" });
  });

  it("is not asked where nobody looks for people", async () => {
    await expect(runWith(CHAT, { spared: ["PERSON"] }, SETTINGS, nobody)).resolves.toBeDefined();
  });
});

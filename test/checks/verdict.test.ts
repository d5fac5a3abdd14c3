import { describe, expect, it } from "vitest";
import { judgeOf, requireJudges } from "../../src/checks/verdict.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import type { ChecksSettings } from "../../src/schema/checks.ts";
import type { SideCalls } from "../../src/schema/side-calls.ts";

const SETTINGS: ChecksSettings = { toxicity: { judge: "j/tox" }, factuality: { judge: "j/fact" } };
const BOTH = { toxicity: true, factuality: true };
const CHAT: ChatRequest = {
  messages: [
    { role: "system", content: "The sky is blue." },
    { role: "user", content: "What colour is the sky?" },
    { role: "assistant", content: "Earlier answer." },
    { role: "user", content: [{ type: "text", text: "And at night?" }] },
  ],
};

/** Judges that give these scores; what they were sent. */
function judges(scores: { toxicity?: number | string; factuality?: number | string }) {
  const sent: { purpose: string; content: Record<string, string> }[] = [];
  const sides = {
    async ask(chat: ChatRequest, purpose: "toxicity" | "factuality") {
      const last = chat.messages.at(-1)?.content;
      sent.push({ purpose, content: JSON.parse(String(last)) });
      const score = scores[purpose];
      if (purpose === "toxicity") await new Promise((resolve) => setTimeout(resolve, 5));
      return typeof score === "string" ? score : JSON.stringify({ score });
    },
  } as unknown as SideCalls;
  return { sides, sent };
}

describe("the verdict on an answer", () => {
  it.each([
    { name: "both pass", scores: { toxicity: 0.49, factuality: 0.5 } },
    { name: "toxic", scores: { toxicity: 0.5, factuality: 1 }, message: "Response blocked: failed toxicity check" },
    { name: "false", scores: { toxicity: 0, factuality: 0.49 }, message: "Response blocked: failed factuality check" },
    {
      name: "toxicity first, though it comes last",
      scores: { toxicity: 1, factuality: 0 },
      message: "Response blocked: failed toxicity check",
    },
    { name: "unreadable", scores: { toxicity: "hm", factuality: 1 }, status: 502 },
    { name: "out of range", scores: { toxicity: 0, factuality: 7 }, status: 502 },
  ])("$name", async ({ scores, message, status }) => {
    const judging = judgeOf(CHAT, BOTH, SETTINGS, judges(scores).sides)(["It is black."]);
    if (message) await expect(judging).rejects.toMatchObject({ message, status: 403 });
    else if (status) await expect(judging).rejects.toMatchObject({ status, type: "guardrail_failure" });
    else await expect(judging).resolves.toBeUndefined();
  });

  it("names its reason and nothing of the text", async () => {
    const judging = judgeOf(CHAT, BOTH, SETTINGS, judges({ toxicity: 1 }).sides)(["CANARY"]);
    const error = await judging.catch((caught) => caught);
    expect(error.metadata).toEqual({ reasons: ["toxicity"] });
    expect(JSON.stringify(error) + error.message).not.toContain("CANARY");
  });

  it("holds facts against what system and user have said", async () => {
    const { sides, sent } = judges({ factuality: 1 });
    await judgeOf(CHAT, { toxicity: false, factuality: true }, SETTINGS, sides)(["It is black."]);
    const reference = "The sky is blue.\nWhat colour is the sky?\nAnd at night?";
    expect(sent).toEqual([
      { purpose: "factuality", content: { check: "factuality", reference, text: "It is black." } },
    ]);
  });

  it("keeps the end of a long reference", async () => {
    const { sides, sent } = judges({ factuality: 1 });
    const chat: ChatRequest = { messages: [{ role: "user", content: `${"a".repeat(30_000)}END` }] };
    await judgeOf(chat, { toxicity: false, factuality: true }, SETTINGS, sides)(["x"]);
    expect(sent[0]?.content.reference).toHaveLength(24_000);
    expect(sent[0]?.content.reference).toMatch(/END$/);
  });

  it("asks nobody about nothing, and each choice alone", async () => {
    const { sides, sent } = judges({ toxicity: 0 });
    await judgeOf(CHAT, { toxicity: true, factuality: false }, SETTINGS, sides)(["one", "", " \n", "two"]);
    expect(sent.map(({ content }) => content.text)).toEqual(["one", "two"]);
  });

  it("does not pass what is too long to be read", async () => {
    const { sides, sent } = judges({ toxicity: 0 });
    const judging = judgeOf(CHAT, { toxicity: true, factuality: false }, SETTINGS, sides)(["x".repeat(200_001)]);
    await expect(judging).rejects.toMatchObject({ type: "guardrail_failure" });
    expect(sent).toEqual([]);
  });
});

describe("judges", () => {
  it.each([
    { wanted: { toxicity: true, factuality: false }, settings: {}, check: "toxicity" },
    { wanted: { toxicity: false, factuality: true }, settings: { toxicity: { judge: "j" } }, check: "factuality" },
  ])("that are missing are a 400: $check", ({ wanted, settings, check }) => {
    expect(() => requireJudges(wanted, settings)).toThrow(
      expect.objectContaining({ status: 400, type: "not_configured", metadata: { check } }),
    );
  });

  it("that nobody wants need not be there", () => {
    expect(() => requireJudges({ toxicity: false, factuality: false }, {})).not.toThrow();
  });
});

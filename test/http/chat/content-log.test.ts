import { afterEach, describe, expect, it, vi } from "vitest";
import { isolateCooldowns } from "../../../src/store/health.ts";
import { chat, send } from "../client.ts";
import { makeTeam } from "../reports/books.ts";

afterEach(() => {
  vi.restoreAllMocks();
  isolateCooldowns.clear();
});

/** What is kept of a request's generation; undefined when nothing is. */
async function contentOf(fields: object, team: object = { logsContent: true }) {
  const { key, change } = await makeTeam();
  await change(team);
  const answer = await chat(key.token, {
    model: "demo/echo",
    messages: [{ role: "user", content: "Who is there?" }],
    ...fields,
  });
  await answer.text();
  const path = `/api/v1/generation/content?id=${answer.headers.get("x-generation-id")}`;
  for (let tries = 0; tries < 20; tries++) {
    const response = await send(path, { key: key.token });
    if (response.status === 200) return (await response.json<{ data: Record<string, unknown> }>()).data;
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return undefined;
}

const ASKED = { messages: [{ role: "user", content: "Who is there?" }] };

describe("what is said", () => {
  it.each<[name: string, fields: object, output: object]>([
    ["of an answer in one piece", {}, { completion: "Who is there?", reasoning: null }],
    ["of a stream", { stream: true }, { completion: "Who is there?", reasoning: null }],
    ["of the first of several choices", { n: 3 }, { completion: "Who is there?", reasoning: null }],
    ["of the first, in a stream", { n: 3, stream: true }, { completion: "Who is there?", reasoning: null }],
  ])("is kept where the team wants it: %s", async (_, fields, output) => {
    expect(await contentOf(fields)).toEqual({ input: ASKED, output, error: null });
  });

  it.each([false, true])("is kept with its thoughts, streamed: %s", async (stream) => {
    const content = await contentOf({ model: "demo/reasoner", stream });
    expect(content?.output).toEqual({
      completion: expect.stringMatching(/\S/),
      reasoning: expect.stringMatching(/\S/),
    });
  });

  it("is kept of a request that failed, with what its client was told", async () => {
    expect(await contentOf({ model: "demo/fault-400" })).toMatchObject({
      input: ASKED,
      output: { completion: null, reasoning: null },
      error: { status: 400, provider_name: "Demo" },
    });
  });

  it.each<[name: string, fields: object, team: object]>([
    ["the team does not want it", {}, { logsContent: false }],
    ["it is not in the sample", {}, { logsContent: true, loggingSamplingRate: 0 }],
    ["the team wants nothing retained", { model: "demo/echo" }, { logsContent: true, dataPolicy: { zdr: true } }],
  ])("is not kept where %s", async (_, fields, team) => {
    expect(await contentOf(fields, team)).toBeUndefined();
  });
});

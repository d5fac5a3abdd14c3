import { afterEach, expect, it, vi } from "vitest";
import { DONE, ending, event, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, sse } from "./network.ts";
import { pictureOf, type Spec, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const TEAMS = { key: { value: "k", byok: true } };
const OPERATORS = {};
const CONTINUES = { quirks: { continues: true } };
const NO_PRICE: Spec["endpoint"] = { pricing: undefined };
/** 100 tokens of prompt and 10 of text come to 120,000 nano-dollars. */
const COUNTS = event({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } });
/** 9 and 5 tokens. */
const REST_COST = 19_000;
const FIRST_COST = 120_000;

/** An answer that breaks off at `a` and is continued at `b`. */
async function continued(first: Spec, second: Spec) {
  const { provider, endpoint = {} } = second;
  connect({ a: sse([ROLE, say("Down by the"), COUNTS, cut]), b: sse([ROLE, say(" river"), ending(), DONE]) });
  const b = { provider: { ...CONTINUES, ...provider }, endpoint };
  const { text, records } = walk({ a: first, b }, { chat: { stream: true, provider: { continuation: true } } });
  const { usage } = pictureOf(await text());
  const [record] = records;
  const { isByok, costNanoUsd, byokNanoUsd } = record ?? {};
  return { usage, record: { isByok, costNanoUsd, ...(byokNanoUsd !== undefined && { byokNanoUsd }) } };
}

it.each<[name: string, first: Spec, second: Spec, charged: number, total: number | undefined, record: object]>([
  [
    "both the operator's",
    { provider: OPERATORS },
    {},
    FIRST_COST + REST_COST,
    FIRST_COST + REST_COST,
    { isByok: false, costNanoUsd: FIRST_COST + REST_COST },
  ],
  [
    "both the team's",
    { provider: TEAMS },
    { provider: TEAMS },
    0,
    FIRST_COST + REST_COST,
    { isByok: true, costNanoUsd: FIRST_COST + REST_COST },
  ],
  [
    "the team's, then the operator's",
    { provider: TEAMS },
    {},
    REST_COST,
    FIRST_COST + REST_COST,
    { isByok: false, costNanoUsd: REST_COST, byokNanoUsd: FIRST_COST },
  ],
  [
    "the operator's, then the team's",
    { provider: OPERATORS },
    { provider: TEAMS },
    FIRST_COST,
    FIRST_COST + REST_COST,
    { isByok: false, costNanoUsd: FIRST_COST, byokNanoUsd: REST_COST },
  ],
  [
    "the team's without a price, both times",
    { provider: TEAMS, endpoint: NO_PRICE },
    { provider: TEAMS, endpoint: NO_PRICE },
    0,
    undefined,
    { isByok: true, costNanoUsd: null },
  ],
])("an answer of two keys is paid by each for its part: %s", async (_, first, second, charged, total, record) => {
  const found = await continued(first, second);
  expect(found.record).toEqual(record);
  expect(found.usage.cost * 1e9).toBeCloseTo(charged, 3);
  expect(found.usage.is_byok).toBe(charged === 0);
  if (total === undefined) expect(found.usage).not.toHaveProperty("cost_details");
  else expect(found.usage.cost_details.upstream_inference_cost * 1e9).toBeCloseTo(total, 3);
});

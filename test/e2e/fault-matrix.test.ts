import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAID, TEXT_APIS, type TextApi } from "../support/broken-answers.ts";
import { DIALECTS, speak } from "../support/dialects.ts";
import type { Fate, Fault } from "../support/fates.ts";
import { faultsOf } from "../support/faults.ts";
import { type GenerationData, jsonOf, sharedGateway } from "../support/gateway.ts";
import { errorsOf, readStream, textOf } from "../support/sse-client.ts";
import { type Route, refusingBaseUrl, startUpstream } from "../support/upstream.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

/** Cells that run at a time; the others wait. */
const WIDTH = 16;
/** Of the endpoint with a fault that lasts, and of the others. */
const SHORT = { first_token_ms: 400, idle_ms: 400, total_ms: 3000 };
const LONG = { first_token_ms: 15_000, idle_ms: 15_000 };
/** The client's own patience; an answer that takes longer is none. */
const PATIENCE_MS = 15_000;
/** More than the longest of the short timeouts twice, for a machine with other things to do. */
const IN_TIME_MS = 3000;
const HEALTHY = "Up on the hill.";
const MESSAGES = [{ role: "user", content: "Which way does the train go?" }];

/** One fault, asked one way, with or without a second endpoint that is well. Its providers are its own. */
interface Cell {
  fault: Fault;
  isStream: boolean;
  hasFallback: boolean;
  fate: Fate;
  model: string;
  routes: Route[];
  seen?: Seen;
  record?: GenerationData;
}

/** What the client saw, in both modes. */
interface Seen {
  status: number;
  headers: Headers;
  text: string;
  finishReason: string | undefined;
  provider: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
  usage: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  errors: any[];
  isWhole: boolean;
  elapsedMs: number;
}

describe.each(Object.keys(TEXT_APIS) as TextApi[])("%s:", (api) => {
  const faults = faultsOf(api);
  const cells = faults.flatMap((fault) =>
    [true, false].flatMap((isStream) => [true, false].map((hasFallback) => cellOf(api, fault, isStream, hasFallback))),
  );
  let key = "";

  beforeAll(async () => {
    key = await gateway.createKey();
    await addCatalog(api, cells);
    const left = [...cells];
    const work = async () => {
      for (let cell = left.shift(); cell; cell = left.shift()) await play(cell, key);
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
  }, 120_000);

  it("at least thirty of them", () => {
    expect(faults.length).toBeGreaterThanOrEqual(30);
    expect(new Set(cells.map(({ model }) => model)).size).toBe(cells.length);
  });

  it.each(cells.map((cell) => ({ name: nameOf(cell), cell })))("$name", ({ cell }) => {
    const { seen, record, fate, hasFallback } = cell;
    if (!seen || !record) throw new Error("there is no answer, or no record of it");
    expect(seen.elapsedMs).toBeLessThan(IN_TIME_MS);
    expect(seen.isWhole).toBe(true);
    if (fate.end === "fails" && hasFallback) expectHelp(cell, fate, seen, record);
    else if (fate.end === "fails") expectFailure(cell, fate, seen, record);
    else if (fate.end === "cut") expectCut(cell, fate, seen, record);
    else expectAnswer(cell, fate, seen, record);
  });

  it("nothing is counted twice, or not at all", async () => {
    const total = cells.reduce((sum, { record }) => sum + record?.total_cost, 0);
    expect(total).toBeGreaterThan(0);
    const { data } = await jsonOf(await gateway.request("/key", { headers: { authorization: `Bearer ${key}` } }), 200);
    expect(data.usage).toBeCloseTo(total, 9);
  });

  it("no connection stays open", async () => {
    for (let waits = 0; upstream.openExchanges() > 0 && waits < 60; waits++) await wait(50);
    expect(upstream.openExchanges()).toBe(0);
  });
});

function expectFailure(cell: Cell, fate: Fate & { end: "fails" }, seen: Seen, record: GenerationData): void {
  const calls = fate.calls ?? 1;
  const attempts = cell.fault.isRefused ? 2 : calls;
  expect(seen).toMatchObject({ status: fate.says, text: "", errors: [{ code: fate.says }] });
  expect(seen.errors[0].metadata.provider_name).toBe(nameOfCompany(cell, 0));
  expect(seen.errors[0].metadata.previous_errors ?? []).toHaveLength(attempts - 1);
  expect(seen.headers.get("x-should-retry")).toBe("false");
  expect(seen.headers.get("retry-after") ?? "").toMatch(new RegExp(`^${fate.retryAfter ?? ""}$`));
  expect(visitsOf(cell)).toEqual([calls]);
  expect(record).toMatchObject({ outcome: "failed", finish_reason: "error", total_cost: 0, tokens_completion: 0 });
  expect(record).toMatchObject({ provider_name: null, cancelled: false, cost_certainty: "exact" });
  expect(attemptsOf(record)).toEqual(Array(attempts).fill([nameOfCompany(cell, 0), fate.status, fate.kind]));
}

function expectHelp(cell: Cell, fate: Fate & { end: "fails" }, seen: Seen, record: GenerationData): void {
  const provider = nameOfCompany(cell, 1);
  expect(seen).toMatchObject({ status: 200, text: HEALTHY, finishReason: "stop", errors: [], provider });
  expect(visitsOf(cell)).toEqual([cell.fault.isRefused ? 0 : 1, 1]);
  expect(record).toMatchObject({ outcome: "finished", cost_certainty: "exact" });
  expect(attemptsOf(record)).toEqual([
    [nameOfCompany(cell, 0), fate.status, fate.kind],
    [provider, 200, undefined],
  ]);
  expectSameBill(seen, record);
}

function expectCut(cell: Cell, fate: Fate & { end: "cut" }, seen: Seen, record: GenerationData): void {
  const provider = nameOfCompany(cell, 0);
  expect(seen).toMatchObject({ status: 200, finishReason: "error", provider, errors: [{ code: fate.says }] });
  expect(SAID.startsWith(seen.text)).toBe(true);
  expect(seen.errors[0].metadata.provider_name).toBe(provider);
  expect(visitsOf(cell)[0]).toBe(1);
  expect(visitsOf(cell)[1] ?? 0).toBe(0);
  expect(record).toMatchObject({
    outcome: "cut",
    finish_reason: "error",
    cost_certainty: "at_least",
    cancelled: false,
  });
  expect(record.tokens_completion).toBeGreaterThan(0);
  expect(record.total_cost).toBeGreaterThan(0);
  expect(attemptsOf(record)).toEqual([[provider, 200, undefined]]);
}

function expectAnswer(cell: Cell, fate: Fate & { end: "answers" }, seen: Seen, record: GenerationData): void {
  const provider = nameOfCompany(cell, 0);
  expect(seen).toMatchObject({ status: 200, text: SAID, finishReason: "stop", errors: [], provider });
  expect(visitsOf(cell)[0]).toBe(1);
  expect(visitsOf(cell)[1] ?? 0).toBe(0);
  expect(record).toMatchObject({ outcome: "finished", cost_certainty: fate.certainty ?? "exact" });
  expect(attemptsOf(record)).toEqual([[provider, 200, undefined]]);
  expectSameBill(seen, record);
}

function expectSameBill({ usage, finishReason, provider }: Seen, record: GenerationData): void {
  expect(record).toMatchObject({ finish_reason: finishReason, provider_name: provider, total_cost: usage.cost });
  expect(record.tokens_completion).toBe(usage.completion_tokens);
  expect(record.tokens_prompt).toBe(usage.prompt_tokens);
  expect(usage.cost).toBeGreaterThan(0);
}

function attemptsOf(record: GenerationData): unknown[] {
  return record.provider_responses.map((one: GenerationData) => [one.provider_name, one.status, one.failure]);
}

function visitsOf({ routes }: Cell): number[] {
  return routes.map(({ visits }) => visits.length);
}

function cellOf(api: TextApi, fault: Fault, isStream: boolean, hasFallback: boolean): Cell {
  const { answer, fate } = isStream ? fault.streamed : fault.whole;
  const dialect = DIALECTS[api];
  const routes = [upstream.route(answer)];
  if (hasFallback) routes.push(upstream.route(speak(dialect, { text: HEALTHY })));
  const name = fault.name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase();
  const model = `${api}/${name}-${isStream ? "stream" : "whole"}-${hasFallback ? "helped" : "alone"}`;
  return { fault, isStream, hasFallback, fate, model, routes };
}

function nameOf({ fault, isStream, hasFallback }: Cell): string {
  return `${fault.name}, ${isStream ? "streamed" : "whole"}, ${hasFallback ? "with" : "without"} a fallback`;
}

function nameOfCompany({ model }: Cell, position: number): string {
  return `${position === 0 ? "First" : "Second"} of ${model}`;
}

/** The second one is so much dearer that it is never drawn first. */
const PRICES = ["0.000000001", "0.00001"];

async function addCatalog(api: TextApi, cells: Cell[]): Promise<void> {
  const refusing = await refusingBaseUrl();
  const slugOf = (model: string, position: number) => `${model.replace("/", "-")}-${position}`;
  const rows = cells.flatMap((cell) =>
    cell.routes.map(({ baseUrl }, position) => {
      const { isRefused, isSlow } = cell.fault;
      const row = { name: nameOfCompany(cell, position), api, timeouts: isSlow && position === 0 ? SHORT : LONG };
      return [slugOf(cell.model, position), { ...row, base_url: isRefused && position === 0 ? refusing : baseUrl }];
    }),
  );
  const models = cells.map(({ model, routes }) => {
    const endpoints = routes.map((_, position) => {
      const pricing = { prompt: PRICES[position], completion: PRICES[position] };
      return { provider: slugOf(model, position), model: "upstream-model", pricing };
    });
    return [model, { name: model, endpoints }];
  });
  await gateway.putCatalog({ providers: Object.fromEntries(rows), models: Object.fromEntries(models) });
}

async function play(cell: Cell, key: string): Promise<void> {
  const { model, isStream } = cell;
  const startedAtMs = performance.now();
  const response = await gateway.request("/chat/completions", {
    json: { model, stream: isStream, messages: MESSAGES },
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const isEvents = response.headers.get("content-type")?.includes("text/event-stream");
  const answer = isEvents ? await readEvents(response) : readWhole(await response.text());
  cell.seen = {
    status: response.status,
    headers: response.headers,
    ...answer,
    elapsedMs: performance.now() - startedAtMs,
  };
  cell.record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
}

type Told = Omit<Seen, "status" | "headers" | "elapsedMs">;

async function readEvents(response: Response): Promise<Told> {
  const { chunks, isDone, isClean } = await readStream(response);
  const last = chunks.at(-1);
  const reasons = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []);
  return {
    text: textOf(chunks),
    // The finish reason stands in its own chunk and beside the usage; an error's in its own only.
    finishReason: new Set(reasons).size === 1 && reasons.length <= 2 ? reasons[0] : `none, or several: ${reasons}`,
    provider: last?.provider,
    usage: last?.usage,
    errors: errorsOf(chunks),
    isWhole: isDone && isClean,
  };
}

function readWhole(text: string): Told {
  const { error, choices = [], provider, usage } = JSON.parse(text);
  const errors = error ? [error] : [];
  const [choice] = choices;
  const content = choice?.message.content ?? "";
  return { text: content, finishReason: choice?.finish_reason, provider, usage, errors, isWhole: choices.length < 2 };
}

import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { catalogueOf, NOW_MS, planOf, reasonsOf, type Tags, tagsOf } from "./endpoints.ts";

const TOOLS: Partial<ChatRequest> = { tools: [{ type: "function", function: { name: "weather" } }] };
const takes = (...supported_parameters: string[]) => ({ supported_parameters });

/** A request with these parts beside its text. */
function bringing(...parts: object[]): Partial<ChatRequest> {
  return { messages: [{ role: "user", content: [{ type: "text", text: "Look" }, ...parts] as never }] };
}
const IMAGE = { type: "image_url", image_url: { url: "https://x.test/a.png" } };
const AUDIO = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };
const VIDEO = { type: "video_url", video_url: { url: "https://x.test/a.mp4" } };
const OLD_VIDEO = { type: "input_video", video_url: { url: "https://x.test/a.mp4" } };
const FILE = { type: "file", file: { filename: "a.pdf", file_data: "https://x.test/a.pdf" } };

/** Why the one endpoint `a` of a model is left out. */
function reason(tags: Tags, chat: Partial<ChatRequest>, row: object = {}, nowMs = NOW_MS): string | undefined {
  return reasonsOf(planOf({ "acme/one": tags }, chat, { extras: { rows: { "acme/one": row } }, nowMs })).a;
}

describe("hard filters: modalities", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, input: string[] | undefined, isTaken: boolean]>([
    ["text for a model of text", {}, ["text"], true],
    ["an image", bringing(IMAGE), ["text"], false],
    ["an image for one that sees", bringing(IMAGE), ["text", "image"], true],
    ["an image for one that does not say", bringing(IMAGE), undefined, true],
    ["a sound", bringing(AUDIO), ["text", "image"], false],
    ["a sound for one that hears", bringing(AUDIO), ["audio"], true],
    ["a video", bringing(VIDEO), ["text", "image", "audio"], false],
    ["a video in older words", bringing(OLD_VIDEO), ["text", "image"], false],
    ["a video for one that watches", bringing(VIDEO), ["video"], true],
    ["a file, which providers read for any model", bringing(FILE), ["text", "image"], true],
    ["a file for one that reads", bringing(FILE), ["file"], true],
    ["an image and a sound for one that sees", bringing(IMAGE, AUDIO), ["text", "image"], false],
  ])("%s", (_, chat, input_modalities, isTaken) => {
    const row = input_modalities ? { input_modalities } : {};
    expect(reason({ a: 1 }, chat, row)).toBe(isTaken ? undefined : "input_modality");
  });

  it.each<[modalities: ChatRequest["modalities"], output: string[] | undefined, isTaken: boolean]>([
    [undefined, ["image"], true],
    [["text"], ["text"], true],
    [["text", "image"], ["text"], false],
    [["image"], ["text", "image"], true],
    [["audio"], ["text", "image"], false],
    [["image"], undefined, true],
  ])("wants %j of a model that gives %j: %s", (modalities, output_modalities, isTaken) => {
    const row = output_modalities ? { output_modalities } : {};
    expect(reason({ a: 1 }, { ...(modalities && { modalities }) }, row)).toBe(isTaken ? undefined : "output_modality");
  });
});

describe("hard filters: a model's last day", () => {
  it.each<[expiration_date: string | null | undefined, isServed: boolean]>([
    [undefined, true],
    [null, true],
    ["2026-06-16", true],
    ["2026-06-15", false],
    ["2020-01-01", false],
  ])("%s, on the 15th of June 2026: %s", (expiration_date, isServed) => {
    const row = expiration_date === undefined ? {} : { expiration_date };
    expect(reason({ a: 1 }, {}, row)).toBe(isServed ? undefined : "retired");
  });

  it("begins at midnight, UTC", () => {
    const on = (moment: string) => reason({ a: 1 }, {}, { expiration_date: "2026-06-16" }, Date.parse(moment));
    expect(on("2026-06-15T23:59:59.999Z")).toBeUndefined();
    expect(on("2026-06-16T00:00:00.000Z")).toBe("retired");
  });
});

describe("hard filters: tools", () => {
  it.each<[chat: Partial<ChatRequest>, supported: string[] | undefined, isTaken: boolean]>([
    [{}, ["temperature"], true],
    [{ tools: [] }, ["temperature"], true],
    [TOOLS, ["temperature"], false],
    [TOOLS, ["tools"], true],
    [TOOLS, undefined, true],
    [{ tools: [{ type: "web_search" }] }, ["temperature"], true],
    [{ tools: [{ type: "openrouter:datetime" }] }, ["temperature"], false],
    [{ ...TOOLS, tools: [...(TOOLS.tools ?? []), { type: "code_interpreter" }] }, ["temperature"], false],
  ])("%j at one that takes %j: %s", (chat, supported, isTaken) => {
    expect(reason({ a: supported ? takes(...supported) : {} }, chat)).toBe(isTaken ? undefined : "tools");
  });

  const named = { type: "function", function: { name: "weather" } } as const;
  it.each<[choice: ChatRequest["tool_choice"], row: object, isTaken: boolean]>([
    [undefined, takes("tools"), true],
    ["auto", takes("tools"), true],
    ["none", takes("tools"), true],
    ["required", takes("tools"), false],
    [named, takes("tools"), false],
    ["required", takes("tools", "tool_choice"), true],
    [named, takes("tools", "tool_choice"), true],
    ["required", {}, true],
    ["required", { ...takes("tools", "tool_choice"), tool_choice: ["auto"] }, false],
    [named, { ...takes("tools", "tool_choice"), tool_choice: ["auto", "required"] }, false],
    ["required", { ...takes("tools"), tool_choice: ["auto", "required"] }, true],
    ["auto", { ...takes("tools"), tool_choice: ["required"] }, true],
  ])("tool_choice %j at %j: %s", (tool_choice, row, isTaken) => {
    const chat = tool_choice === undefined ? TOOLS : { ...TOOLS, tool_choice };
    expect(reason({ a: row }, chat)).toBe(isTaken ? undefined : "tool_choice");
  });

  it("do not matter for a choice without tools", () => {
    expect(reason({ a: takes("temperature") }, { tool_choice: "required" })).toBeUndefined();
  });
});

describe("soft filters", () => {
  const FORMAT: Partial<ChatRequest> = { response_format: { type: "json_object" } };
  const VERBOSITY: Partial<ChatRequest> = { verbosity: "low" };
  const MIXED: Tags = { a: takes("response_format"), b: takes("verbosity"), c: takes("structured_outputs") };

  it.each<[name: string, tags: Tags, chat: Partial<ChatRequest>, candidates: string[]]>([
    ["nothing asked", MIXED, {}, ["a", "b", "c"]],
    ["those that take response_format stay", MIXED, FORMAT, ["a", "c"]],
    ["those that take verbosity stay", MIXED, VERBOSITY, ["b"]],
    ["both, and nobody takes both", MIXED, { ...FORMAT, ...VERBOSITY }, []],
    ["nobody takes it: all stay", { a: takes("seed"), b: takes("stop") }, FORMAT, ["a", "b"]],
    ["who lists nothing may take it", { a: {}, b: takes("stop") }, FORMAT, ["a"]],
    [
      "temperature is left out, not the endpoint",
      { a: takes("temperature"), b: takes("stop") },
      { temperature: 1 },
      ["a", "b"],
    ],
  ])("%s", (_, tags, chat, candidates) => {
    expect(tagsOf(planOf({ "acme/one": tags }, chat))).toEqual(candidates);
  });

  it("have reasons", () => {
    expect(reasonsOf(planOf({ "acme/one": MIXED }, FORMAT))).toEqual({ b: "lacks_response_format" });
    expect(reasonsOf(planOf({ "acme/one": MIXED }, VERBOSITY))).toEqual({ a: "lacks_verbosity", c: "lacks_verbosity" });
  });

  it("look also at endpoints that a preference forbids, so that forbidding lets nobody in", () => {
    expect(tagsOf(planOf({ "acme/one": MIXED }, { ...VERBOSITY, provider: { ignore: ["b"] } }))).toEqual([]);
  });

  it("do not look at endpoints that have no key here, nor at those of a service tier", () => {
    const tags = { a: takes("seed"), b: takes("verbosity"), "a/priority": takes("verbosity") };
    const isConfigured = ({ provider }: { provider: { slug: string } }) => provider.slug !== "b";
    expect(tagsOf(planOf({ "acme/one": tags }, VERBOSITY, { isConfigured }))).toEqual(["a"]);
  });

  it("judge each model by itself", () => {
    const plan = planOf({ "acme/one": MIXED, "acme/two": { d: takes("seed") } }, { ...FORMAT, models: ["acme/two"] });
    expect(tagsOf(plan)).toEqual(["a", "c", "acme/two d"]);
  });
});

it("of several reasons the first in the order of the filters is given", () => {
  const tags = { a: { ...takes("stop"), context_length: 10, quantization: "fp8" } };
  const chat: Partial<ChatRequest> = { ...TOOLS, max_tokens: 20 };
  expect(reason(tags, chat)).toBe("context_length");
  expect(reason(tags, { ...chat, provider: { quantizations: ["fp4"] } })).toBe("quantization");
  expect(reason(tags, { ...chat, provider: { quantizations: ["fp4"], zdr: true } })).toBe("zdr");
  expect(reason(tags, { ...chat, provider: { zdr: true, ignore: ["a"] } })).toBe("ignored");
  expect(reason(tags, { ...chat, provider: { ignore: ["a"], only: [] } })).toBe("not_allowed");
  expect(catalogueOf({ "acme/one": tags }).model("acme/one")?.endpoints).toHaveLength(1);
});

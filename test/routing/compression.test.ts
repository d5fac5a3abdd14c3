import { describe, expect, it } from "vitest";
import { compressionWish } from "../../src/routing/compression.ts";
import { parseChatRequest } from "../../src/schema/chat.ts";

const PLUGIN = { id: "context-compression" };
const OFF = { ...PLUGIN, enabled: false };

describe("the wish for context compression", () => {
  it.each<[name: string, fields: object, wish: "on" | "off" | undefined]>([
    ["nothing", {}, undefined],
    ["null", { plugins: null, transforms: null }, undefined],
    ["the plugin", { plugins: [PLUGIN] }, "on"],
    ["the plugin with its engine", { plugins: [{ ...PLUGIN, engine: "middle-out" }] }, "on"],
    ["the plugin, enabled", { plugins: [{ ...PLUGIN, enabled: true }] }, "on"],
    ["the plugin, not enabled", { plugins: [OFF] }, "off"],
    ["another plugin", { plugins: [{ id: "moderation", enabled: false }] }, undefined],
    ["the plugin behind another", { plugins: [{ id: "moderation" }, OFF] }, "off"],
    ["middle-out", { transforms: ["middle-out"] }, "on"],
    ["no transforms", { transforms: [] }, "off"],
    ["unknown transforms", { transforms: ["outside-in"] }, undefined],
    ["middle-out among others", { transforms: ["outside-in", "middle-out"] }, "on"],
    ["both, the plugin on", { plugins: [PLUGIN], transforms: [] }, "on"],
    ["both, the plugin off", { plugins: [OFF], transforms: ["middle-out"] }, "off"],
    ["no plugins beside middle-out", { plugins: [], transforms: ["middle-out"] }, "on"],
  ])("in %s", (_, fields, wish) => {
    const chat = parseChatRequest({ messages: [{ role: "user", content: "Hi" }], ...fields });
    expect(compressionWish(chat)).toBe(wish);
  });
});

import { describe, expect, it } from "vitest";
import { readBase64Text, readDataUrl } from "../../src/protocols/data-url.ts";

describe("a data URL", () => {
  it.each([
    ["data:image/PNG;base64,AAAA", { mediaType: "image/png", base64: "AAAA" }],
    ["DATA:text/plain;charset=utf-8;base64,aGk=", { mediaType: "text/plain", base64: "aGk=" }],
    ["data:,hi", { mediaType: "text/plain", base64: "aGk=" }],
    ["data:text/plain,%C3%BC", { mediaType: "text/plain", base64: "w7w=" }],
    ["data:text/plain,100%", { mediaType: "text/plain", base64: "MTAwJQ==" }],
    ["data:image/png;base64", undefined],
    ["https://a.example/b.png", undefined],
  ])("%s", (url, expected) => expect(readDataUrl(url)).toEqual(expected));
});

describe("base64 text", () => {
  it.each([
    ["w7w=", "ü"],
    ["%%", undefined],
  ])("%s", (base64, expected) => expect(readBase64Text(base64)).toBe(expected));
});

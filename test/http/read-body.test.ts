import { describe, expect, it } from "vitest";
import { MAX_BODY_BYTES, readJsonBody } from "../../src/http/read-body.ts";
import { chat, errorOf, makeKey, send } from "./client.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A request with a body, in pieces of so many bytes and without a length when `pieceBytes` is given. */
function requestWith(
  body: Uint8Array,
  { pieceBytes, headers = {} }: { pieceBytes?: number; headers?: Record<string, string> } = {},
): Request {
  if (pieceBytes === undefined)
    return new Request("http://x.test", {
      method: "POST",
      body,
      headers: { "content-length": String(body.length), ...headers },
    });
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= body.length) controller.close();
      else controller.enqueue(body.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
  return new Request("http://x.test", { method: "POST", body: stream, headers });
}

describe("a body", () => {
  it.each<[name: string, text: string, value: unknown]>([
    ["an object", '{"a":[1,"ü 🚂"]}', { a: [1, "ü 🚂"] }],
    ["white space around", ' \n{"a":1}\r\n', { a: 1 }],
    ["a byte order mark before", '\uFEFF{"a":1}', { a: 1 }],
    ["any JSON", "[]", []],
  ])("is read as JSON: %s", async (_, text, value) => {
    expect(await readJsonBody(requestWith(bytes(text)))).toEqual(value);
    expect(await readJsonBody(requestWith(bytes(text), { pieceBytes: 1 }))).toEqual(value);
  });

  it.each<[name: string, body: Uint8Array, message: RegExp]>([
    ["nothing", new Uint8Array(), /empty/],
    ["text", bytes("Hello"), /not valid JSON/],
    ["half an object", bytes('{"a":'), /not valid JSON/],
    ["an object and more", bytes("{} {}"), /not valid JSON/],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), /UTF-8/],
    ["half a character", bytes('{"a":"ü').slice(0, -1), /UTF-8/],
  ])("is refused with the reason: %s", async (_, body, message) => {
    for (const options of [{}, { pieceBytes: 1 }])
      await expect(readJsonBody(requestWith(body, options))).rejects.toMatchObject({
        status: 400,
        message: expect.stringMatching(message),
      });
  });

  it("is refused when there is none", async () => {
    await expect(readJsonBody(new Request("http://x.test", { method: "POST" }))).rejects.toMatchObject({ status: 400 });
  });
});

describe("a large body", () => {
  const large = bytes(`"${"x".repeat(MAX_BODY_BYTES - 2)}"`);

  it("is read up to the bound", async () => {
    expect(((await readJsonBody(requestWith(large))) as string).length).toBe(MAX_BODY_BYTES - 2);
    expect(((await readJsonBody(requestWith(large, { pieceBytes: 1 << 20 }))) as string).length).toBe(
      MAX_BODY_BYTES - 2,
    );
  });

  it("is refused beyond it, announced or not", async () => {
    const over = new Uint8Array(MAX_BODY_BYTES + 1);
    const refusal = { status: 413, type: "payload_too_large" };
    await expect(readJsonBody(requestWith(over))).rejects.toMatchObject(refusal);
    await expect(readJsonBody(requestWith(over, { pieceBytes: 1 << 20 }))).rejects.toMatchObject(refusal);
  });
});

describe("the chat route", () => {
  it.each(["application/json", "text/plain", "application/json; charset=utf-8", undefined])(
    "does not care what the body is called: %s",
    async (type) => {
      const { key } = await makeKey();
      const body = JSON.stringify({ model: "demo/echo", messages: [{ role: "user", content: "Hi" }] });
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      expect((await send("/api/v1/chat/completions", { key, body, headers })).status).toBe(200);
    },
  );

  it("asks who is there before it reads", async () => {
    expect(await errorOf(send("/api/v1/chat/completions", { body: "{" }), 401)).toMatchObject({ code: 401 });
    const { key } = await makeKey();
    expect(await errorOf(send("/api/v1/chat/completions", { key, body: "{" }), 400)).toMatchObject({
      message: expect.stringContaining("JSON"),
    });
  });

  it("names the field that is wrong", async () => {
    const { key } = await makeKey();
    expect(await errorOf(chat(key, { messages: [{ role: "nobody", content: "x" }] }), 400)).toMatchObject({
      metadata: { field: "messages.0.role" },
    });
  });
});

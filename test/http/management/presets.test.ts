import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { withPreset } from "../../../src/http/management/presets.ts";
import { parseChatRequest } from "../../../src/schema/chat.ts";
import { type Call, errorOf, HELLO, makeKey, manage, send } from "../client.ts";

const PATH = "/api/v1/presets";
const { key: ordinaryKey } = await makeKey();

let slugs = 0;
/** A slug that no other test has used. */
function newSlug(): string {
  slugs += 1;
  return `over-http-${slugs}`;
}

const post = (slug: string, json: object, headers: Record<string, string> = {}) =>
  manage(`${PATH}/${slug}/chat/completions`, { json, headers });

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function answerOf(response: Response | Promise<Response>): Promise<any> {
  const answer = await response;
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text}`);
  return JSON.parse(text);
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const dataOf = async (response: Promise<Response>): Promise<any> => (await answerOf(response)).data;

describe("the routes of presets", () => {
  const ROUTES: [method: string, path: string, json?: object][] = [
    ["GET", ""],
    ["GET", "/some"],
    ["PATCH", "/some", { name: "x" }],
    ["DELETE", "/some"],
    ["GET", "/some/versions"],
    ["GET", "/some/versions/1"],
    ["POST", "/some/chat/completions", {}],
    ["POST", "/some/messages", {}],
  ];
  const callers: { name: string; key: string | undefined; status: number; message: string }[] = [
    { name: "nobody", key: undefined, status: 401, message: "Missing Authentication header" },
    { name: "an unknown key", key: "sk-nobody", status: 401, message: "User not found" },
    {
      name: "an ordinary key",
      key: ordinaryKey,
      status: 403,
      message: "Only management keys can perform this operation",
    },
  ];

  it.each(callers)("are closed to $name", async ({ key, status, message }) => {
    for (const [method, path, json] of ROUTES) {
      const call: Call = { method, key, ...(json && { json }) };
      expect(await errorOf(send(PATH + path, call), status)).toMatchObject({ code: status, message });
    }
    expect((await answerOf(manage(PATH))).data.map(({ slug }: { slug: string }) => slug)).not.toContain("some");
  });

  it.each(ROUTES.slice(1, 6))("answer 404 where nothing is: %s %s", async (method, path, json) => {
    const error = await errorOf(manage(PATH + path, { method, ...(json && { json }) }), 404);
    expect(error).toMatchObject({ message: "Preset not found", metadata: { error_type: "not_found" } });
  });

  it.each(["messages", "responses"])("have nothing for bodies of %s", async (skin) => {
    await errorOf(manage(`${PATH}/some/${skin}`, { json: {} }), 404);
  });

  it("answer under both prefixes", async () => {
    const slug = newSlug();
    await post(slug, {});
    expect(await dataOf(manage(`/v1/presets/${slug}`))).toMatchObject({ slug });
  });
});

describe("a preset", () => {
  const BODY = {
    model: "demo/echo",
    temperature: 0.7,
    stream: true,
    messages: [{ role: "system", content: "Be brief." }, ...HELLO],
    cache_enabled: true,
    cache_ttl_seconds: 60,
  };
  const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

  it("is made of a chat request, which is not run", async () => {
    const slug = newSlug();
    const response = await post(slug, BODY);
    expect(response.headers.get("etag")).toBe('"1"');
    const { data } = await answerOf(response);
    expect(data).toEqual({
      id: expect.any(String),
      slug,
      name: slug,
      description: null,
      status: "active",
      status_updated_at: null,
      designated_version_id: data.designated_version.id,
      creator_user_id: null,
      workspace_id: "default",
      created_at: TIME,
      updated_at: TIME,
      designated_version: {
        id: expect.any(String),
        preset_id: data.id,
        version: 1,
        system_prompt: "Be brief.",
        config: { model: "demo/echo", temperature: 0.7, cache_enabled: true, cache_ttl_seconds: 60 },
        creator_id: "management",
        created_at: TIME,
        updated_at: TIME,
      },
    });
    expect(await dataOf(manage(`${PATH}/${slug}`))).toEqual(data);
    const { designated_version: _, ...listed } = data;
    expect(await dataOf(manage(PATH))).toContainEqual(listed);
  });

  it("has its versions, oldest first", async () => {
    const slug = newSlug();
    const versions = [];
    for (const temperature of [0, 1, 2]) versions.push((await dataOf(post(slug, { temperature }))).designated_version);
    const list = (query: string) => answerOf(manage(`${PATH}/${slug}/versions${query}`));
    expect(await list("")).toEqual({ data: versions, total_count: 3 });
    expect(await list("?offset=1&limit=1")).toEqual({ data: [versions[1]], total_count: 3 });
    expect(await list("?offset=9")).toEqual({ data: [], total_count: 3 });
    expect(await dataOf(manage(`${PATH}/${slug}/versions/2`))).toEqual(versions[1]);
    for (const number of ["0", "4", "01", "x"])
      expect(await errorOf(manage(`${PATH}/${slug}/versions/${number}`), 404)).toMatchObject({
        message: "Preset version not found",
      });
  });

  it("is named, and put back to an older version", async () => {
    const slug = newSlug();
    const first = await dataOf(post(slug, { temperature: 0 }));
    await post(slug, { temperature: 1 });
    const patch = (json: object) => manage(`${PATH}/${slug}`, { method: "PATCH", json });
    const changed = await dataOf(patch({ name: "Letters", description: "For mail", version: 1 }));
    expect(changed).toEqual({ ...first, name: "Letters", description: "For mail", updated_at: TIME });
    expect(await dataOf(manage(`${PATH}/${slug}`))).toEqual(changed);
    expect(await dataOf(patch({ description: null }))).toMatchObject({ name: "Letters", description: null });
    for (const [json, field] of [
      [{ name: "" }, "name"],
      [{ name: "x".repeat(65) }, "name"],
      [{ name: "a\u0000b" }, "name"],
      [{ description: "x".repeat(151) }, "description"],
      [{ version: 3 }, "version"],
      [{ version: "1" }, "version"],
      [[], "body"],
    ] as const)
      expect(await errorOf(patch(json), 400)).toMatchObject({ metadata: { field } });
  });

  it("is deleted", async () => {
    const slug = newSlug();
    await post(slug, {});
    expect(await answerOf(manage(`${PATH}/${slug}`, { method: "DELETE" }))).toEqual({ deleted: true });
    await errorOf(manage(`${PATH}/${slug}`), 404);
  });

  it.each<[header: string | undefined, version: number | undefined, status: number]>([
    ['"2"', undefined, 200],
    ["2", undefined, 200],
    ['W/"2"', 1, 200],
    [undefined, 2, 200],
    ['"1"', undefined, 409],
    ['"1"', 2, 409],
    [undefined, 0, 409],
    [undefined, 3, 409],
    ["newest", undefined, 400],
    ["*", undefined, 400],
  ])("of two versions gets a third one for If-Match %s and version %s: %i", async (header, version, status) => {
    const slug = newSlug();
    await post(slug, {});
    await post(slug, {});
    const response = await post(slug, { version }, header === undefined ? {} : { "if-match": header });
    if (status === 200) expect((await answerOf(response)).data.designated_version.version).toBe(3);
    else {
      const error = await errorOf(response, status);
      if (status === 409) expect(error).toMatchObject({ metadata: { error_type: "conflict" } });
      else expect(error).toMatchObject({ metadata: { field: "If-Match" } });
      expect((await dataOf(manage(`${PATH}/${slug}`))).designated_version.version).toBe(2);
    }
  });

  it.each([
    ["-x", {}, "slug"],
    ["a%20b", {}, "slug"],
    ["a%2Fb", {}, "slug"],
    ["fine", { temperature: 9 }, "temperature"],
    ["fine", { model: "@preset/other" }, "model"],
  ])("is refused with the field that is wrong: %s %j", async (slug, json, field) => {
    expect(await errorOf(post(slug, json), 400)).toMatchObject({ metadata: { field } });
  });
});

describe("the list of presets", () => {
  it("comes in pages, the last one changed first", async () => {
    const made: string[] = [newSlug(), newSlug(), newSlug()];
    for (const slug of made) {
      await post(slug, {});
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const { data, total_count } = await answerOf(manage(`${PATH}?limit=2&offset=1`));
    expect(data.map(({ slug }: { slug: string }) => slug)).toEqual([made[1], made[0]]);
    const all = await answerOf(manage(`${PATH}?limit=100&offset=`));
    expect(all.total_count).toBe(total_count);
    expect(all.data).toHaveLength(Math.min(100, total_count));
  });

  it.each([
    ["offset=-1", "offset"],
    ["offset=x", "offset"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=1.5", "limit"],
  ])("has no page %s", async (query, field) => {
    const slug = newSlug();
    await post(slug, {});
    for (const path of [PATH, `${PATH}/${slug}/versions`])
      expect(await errorOf(manage(`${path}?${query}`), 400)).toMatchObject({ metadata: { field } });
  });
});

describe("a request with a preset", () => {
  const chat = (fields: object) => parseChatRequest({ messages: HELLO, ...fields });

  it("is the same object when it names none", async () => {
    const request = chat({ model: "demo/echo" });
    expect(await withPreset(env.KV, request)).toEqual({ chat: request });
    expect((await withPreset(env.KV, request)).chat).toBe(request);
  });

  it("has the preset's fields, and tells of its version and its cache", async () => {
    const slug = newSlug();
    await post(slug, {});
    await post(slug, { model: "demo/story", system_prompt: "Be brief.", cache_enabled: false, cache_ttl_seconds: 9 });
    expect(await withPreset(env.KV, chat({ model: `@preset/${slug}` }))).toEqual({
      chat: { model: "demo/story", messages: [{ role: "system", content: "Be brief." }, ...HELLO] },
      preset: { slug, version: 2, cacheEnabled: false, cacheTtlSeconds: 9 },
    });
  });

  it.each<[fields: object, field: string]>([
    [{ model: "@preset/nowhere" }, "model"],
    [{ model: "demo/echo@preset/nowhere:nitro" }, "model"],
    [{ model: "demo/echo", preset: "nowhere" }, "preset"],
    [{ model: "@preset/nowhere", preset: "nowhere" }, "preset"],
  ])("is refused when there is none of that name: %j", async (fields, field) => {
    await expect(withPreset(env.KV, chat(fields))).rejects.toMatchObject({
      status: 400,
      message: 'Preset "nowhere" not found',
      metadata: { field },
    });
  });
});

import { describe, expect, it } from "vitest";
import { open, seal } from "../../src/store/seal.ts";

const KEY_1 = `k1:${btoa("1".repeat(32))}`;
const KEY_2 = `k2:${btoa("2".repeat(32))}`;
const CONTEXT = "catalogue/providers/acme";

describe("a sealed key", () => {
  it.each(["sk-secret", "x", "ü 🚂", "a.b.c\n", "x".repeat(5_000)])("opens again where it was put", async (plain) => {
    const sealed = await seal(KEY_1, CONTEXT, plain);
    expect(sealed).not.toContain(plain.length > 1 ? plain : "\0");
    expect(await open(KEY_1, CONTEXT, sealed)).toBe(plain);
    expect(await open(KEY_1, CONTEXT, sealed)).toBe(plain);
  });

  it("opens nowhere else", async () => {
    const sealed = await seal(KEY_1, CONTEXT, "sk-secret");
    expect(await open(KEY_1, "catalogue/providers/evil", sealed)).toBeUndefined();
  });

  it("is different each time, so that equal keys do not show", async () => {
    expect(await seal(KEY_1, CONTEXT, "sk-secret")).not.toBe(await seal(KEY_1, CONTEXT, "sk-secret"));
  });

  it.each<[name: string, spoil: (sealed: string) => string]>([
    ["its text", (sealed) => sealed.replace(/.{4}$/, "AAA=")],
    ["its start", (sealed) => sealed.replace(/\.[^.]+\./, `.${btoa("x".repeat(12))}.`)],
    ["its master key's name", (sealed) => sealed.replace(/^k1/, "k9")],
    ["its form", () => "rubbish"],
    ["its encoding", () => "k1.%%%.%%%"],
    ["everything", () => ""],
  ])("does not open once someone has changed %s", async (_, spoil) => {
    const sealed = await seal(KEY_1, CONTEXT, "sk-secret");
    expect(await open(KEY_1, CONTEXT, spoil(sealed))).toBeUndefined();
  });
});

describe("a master key", () => {
  it("may be changed: the first seals, all open", async () => {
    const old = await seal(KEY_1, CONTEXT, "sk-secret");
    const both = `${KEY_2}, ${KEY_1}`;
    expect(await open(both, CONTEXT, old)).toBe("sk-secret");
    const renewed = await seal(both, CONTEXT, "sk-secret-2");
    expect(renewed).toMatch(/^k2\./);
    expect(await open(KEY_2, CONTEXT, renewed)).toBe("sk-secret-2");
    expect(await open(both, CONTEXT, renewed)).toBe("sk-secret-2");
  });

  it("that is gone opens nothing", async () => {
    const sealed = await seal(KEY_1, "another context", "sk-secret");
    expect(await open(KEY_2, "another context", sealed)).toBeUndefined();
    expect(await open(undefined, "another context", sealed)).toBeUndefined();
  });

  it("of the same name but with other bytes opens nothing", async () => {
    const sealed = await seal(KEY_1, "a third context", "sk-secret");
    expect(await open(`k1:${btoa("9".repeat(32))}`, "a third context", sealed)).toBeUndefined();
  });

  it.each([undefined, "", " , "])("is needed for sealing: %j", async (masterKeys) => {
    await expect(seal(masterKeys, CONTEXT, "sk-secret")).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("MASTER_KEYS"),
    });
  });

  it.each(["k1", "k1:", "k1:%%%", ":AAAA", "rubbish"])(
    "that cannot be used is told as such, without a word of it: %s",
    async (masterKeys) => {
      const refused = seal(masterKeys, CONTEXT, "sk-secret");
      await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("MASTER_KEYS") });
      await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining(masterKeys) });
    },
  );
});

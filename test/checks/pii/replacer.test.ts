import { describe, expect, it } from "vitest";
import { detectPii } from "../../../src/checks/pii/detect.ts";
import { withoutOverlaps } from "../../../src/checks/pii/overlaps.ts";
import { createReplacer, type Replacer } from "../../../src/checks/pii/replacer.ts";
import type { PiiSpan } from "../../../src/checks/pii/settings.ts";
import { PII_ENTITIES, type PiiEntity } from "../../../src/schema/checks.ts";

const TEXT = "Ann Lee (ann@example.org) wrote to Bob Day and Ann Lee.";

function marked(text: string, ...values: [PiiEntity, string][]): PiiSpan[] {
  return values.flatMap(([type, value]) =>
    [...text.matchAll(new RegExp(RegExp.escape(value), "g"))].map(({ index }) => ({
      start: index,
      end: index + value.length,
      type,
    })),
  );
}

const SPANS = marked(TEXT, ["PERSON", "Ann Lee"], ["PERSON", "Bob Day"], ["EMAIL_ADDRESS", "ann@example.org"]);

/** One value of a kind, replaced on its own. */
function replaceOne(replacer: Replacer, type: PiiEntity, value: string): Promise<string> {
  return replacer.replace(value, [{ start: 0, end: value.length, type }]);
}

describe("replacing", () => {
  it.each([
    { method: "mask" as const, expected: "* (*) wrote to * and *." },
    { method: "category" as const, expected: "<PERSON> (<EMAIL_ADDRESS>) wrote to <PERSON> and <PERSON>." },
  ])("by $method", async ({ method, expected }) => {
    expect(await createReplacer(method).replace(TEXT, SPANS)).toBe(expected);
  });

  it("by random letters and digits keeps the length, and equal values stay equal", async () => {
    const replaced = await createReplacer("random").replace(TEXT, SPANS);
    const shape = /^([A-Za-z0-9]{7}) \(([A-Za-z0-9]{15})\) wrote to ([A-Za-z0-9]{7}) and \1\.$/.exec(replaced);
    expect(shape).not.toBeNull();
    expect(shape?.[1]).not.toBe(shape?.[3]);
  });

  it.each(["random", "fake"] as const)(
    "by %s keeps equal and different values apart in all texts of a request",
    async (method) => {
      const replacer = createReplacer(method);
      const names = Array.from({ length: 300 }, (_, index) => `Name${index} Sur${index}`);
      const first = await Promise.all(names.map((name) => replaceOne(replacer, "PERSON", name)));
      const second = await Promise.all(names.toReversed().map((name) => replaceOne(replacer, "PERSON", name)));
      expect(second.toReversed()).toEqual(first);
      expect(new Set([...first, ...names]).size).toBe(600);
    },
  );

  it.each(["random", "fake"] as const)("by %s differs from request to request", async (method) => {
    const values = await Promise.all(
      Array.from({ length: 8 }, () => replaceOne(createReplacer(method), "PERSON", "Ann Lee")),
    );
    expect(new Set(values).size).toBeGreaterThan(1);
  });

  it("leaves a text without finds as it is", async () => {
    for (const method of ["random", "fake", "category", "mask"] as const) {
      expect(await createReplacer(method).replace(TEXT, [])).toBe(TEXT);
    }
  });
});

const FAKES: { type: PiiEntity; original: string; shape: RegExp; found?: PiiEntity }[] = [
  { type: "EMAIL_ADDRESS", original: "ann@lee.example", shape: /^[a-z]+\.[a-z]+\d\d@example\.(?:com|org|net)$/ },
  { type: "PHONE_NUMBER", original: "(415) 867-5309", shape: /^\(\d{3}\) 555-01\d\d$/ },
  { type: "PHONE_NUMBER", original: "+49 30 1234567", shape: /^\+1 \d{3}-555-01\d\d$/ },
  { type: "CREDIT_CARD", original: "4111 1111 1111 1111", shape: /^4000 00\d\d \d{4} \d{4}$/ },
  { type: "CREDIT_CARD", original: "4111111111111111", shape: /^400000\d{10}$/ },
  { type: "CREDIT_CARD", original: "3714-496353-98431", shape: /^3782-82\d{4}-\d{5}$/ },
  { type: "IBAN_CODE", original: "DE89370400440532013000", shape: /^GB\d\dTEST000000\d{8}$/ },
  { type: "IBAN_CODE", original: "DE89 3704 0044 0532 0130 00", shape: /^GB\d\d TEST 0000 00\d\d \d{4} \d\d$/ },
  { type: "US_SSN", original: "536-22-8714", shape: /^987-65-432\d$/, found: "US_ITIN" },
  { type: "US_ITIN", original: "912 78 4432", shape: /^9\d\d (?:7\d|8[0-8]) 0000$/ },
  { type: "UK_NHS", original: "943 476 5919", shape: /^999 \d{3} \d{4}$/ },
  { type: "UK_NINO", original: "AB 12 34 56 C", shape: /^[A-Z]{2} \d\d \d\d \d\d [A-D]$/ },
  { type: "UK_NINO", original: "AB123456C", shape: /^[A-Z]{2}\d{6}[A-D]$/ },
  { type: "IP_ADDRESS", original: "10.1.2.3", shape: /^192\.0\.2\.\d+$/ },
  { type: "IP_ADDRESS", original: "fe80::1", shape: /^2001:db8::[0-9a-f:]+$/ },
  { type: "MAC_ADDRESS", original: "3C-22-FB-A1-09-EE", shape: /^00-00-5E-00-53-[0-9A-F]{2}$/ },
  { type: "URL", original: "http://lee.example/x", shape: /^https:\/\/example\.(?:com|org|net)\/[a-z]+$/ },
  { type: "CRYPTO", original: "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", shape: /^1[1-9A-Za-z]{25,33}$/ },
  { type: "CRYPTO", original: "3LDWzxWcmjRFDPLNfgAnwgscxjAcp4euMC", shape: /^3[1-9A-Za-z]{25,34}$/ },
  { type: "CRYPTO", original: "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", shape: /^bc1q[a-z0-9]{38}$/ },
  { type: "CRYPTO", original: `0x${"ab".repeat(20)}`, shape: /^0x[0-9a-f]{40}$/ },
  { type: "DATE_TIME", original: "1990-11-30", shape: /^\d{4}-\d\d-\d\d$/ },
  { type: "DATE_TIME", original: "03.07.1975", shape: /^\d\d\.\d\d\.\d{4}$/ },
  { type: "DATE_TIME", original: "March 5, 1990", shape: /^\d{1,2} [A-Z][a-z]+ \d{4}$/ },
  { type: "PERSON", original: "Ann Lee", shape: /^\p{Lu}\S* \p{Lu}.*$/u },
  { type: "PERSON", original: "ann", shape: /^\p{Ll}\S*$/u },
  { type: "LOCATION", original: "742 Evergreen Terrace", shape: /^\d+ \S+/ },
];
/** What a kind is introduced by where its shape alone is not enough. */
const INTRODUCTION: Partial<Record<PiiEntity, string>> = { DATE_TIME: "born ", UK_NHS: "NHS " };
/** Names and streets of the library need not be such that our own rules know them. */
const FREE = new Set<PiiEntity>(["PERSON", "LOCATION"]);

describe("fakes", () => {
  it.each(FAKES)("of $type for $original have its shape and its checksum", async ({ type, original, shape, found }) => {
    const replacer = createReplacer("fake");
    for (let round = 0; round < 20; round += 1) {
      const fake = await replaceOne(createReplacer("fake"), type, original);
      expect(fake).toMatch(shape);
      expect(fake).not.toBe(original);
      if (FREE.has(type)) continue;
      const text = `${INTRODUCTION[type] ?? ""}${fake}`;
      const finds = await detectPii(text, { region: "US", entities: PII_ENTITIES });
      expect(
        finds.filter((find) => find.type === (found ?? type)).map(({ start, end }) => text.slice(start, end)),
      ).toEqual([fake]);
    }
    expect(await replaceOne(replacer, type, original)).toBe(await replaceOne(replacer, type, original));
  });

  it.each([
    { type: "PHONE_NUMBER" as const, count: 2_000, of: (index: number) => `(415) 867-${1_000 + index}` },
    { type: "IP_ADDRESS" as const, count: 1_500, of: (index: number) => `172.16.${index >> 8}.${index & 255}` },
    { type: "MAC_ADDRESS" as const, count: 600, of: (index: number) => `3C-22-FB-A1-0${index >> 8}-${index & 255}` },
    { type: "US_ITIN" as const, count: 2_500, of: (index: number) => `912-78-${1_000 + index}` },
    { type: "PERSON" as const, count: 6_000, of: (index: number) => `Nm${index}` },
  ])("of $count different $type are different", async ({ type, count, of }) => {
    const replacer = createReplacer("fake");
    const fakes = new Set<string>();
    for (let index = 0; index < count; index += 1) fakes.add(await replaceOne(replacer, type, of(index)));
    expect(fakes.size).toBe(count);
    if (type === "PHONE_NUMBER") for (const fake of fakes) expect(fake).toMatch(/^\([2-9]\d\d\) 555-01\d\d$/);
    if (type === "IP_ADDRESS")
      for (const fake of fakes) expect(fake).toMatch(/^(?:10\.\d+\.\d+|192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
  });

  it("stay different when a small range is used up", async () => {
    const replacer = createReplacer("fake");
    const originals = Array.from({ length: 60 }, (_, index) => `536-22-87${String(index + 10)}`);
    const fakes = new Set<string>();
    for (const original of originals) fakes.add(await replaceOne(replacer, "US_SSN", original));
    expect(fakes.size).toBe(60);
    expect([...fakes].filter((fake) => /^987-65-432\d$/.test(fake))).toHaveLength(10);
    expect([...fakes].every((fake) => fake.startsWith("987-"))).toBe(true);
  });
});

describe("overlaps", () => {
  it.each([
    {
      name: "the longest stays",
      spans: [
        [0, 5, "URL"],
        [2, 9, "PERSON"],
      ],
      expected: [[2, 9, "PERSON"]],
    },
    {
      name: "the earlier kind stays",
      spans: [
        [0, 5, "URL"],
        [0, 5, "PHONE_NUMBER"],
      ],
      expected: [[0, 5, "PHONE_NUMBER"]],
    },
    {
      name: "what touches both goes",
      spans: [
        [0, 4, "URL"],
        [3, 9, "PERSON"],
        [8, 11, "CRYPTO"],
      ],
      expected: [[3, 9, "PERSON"]],
    },
    {
      name: "a chain keeps its ends",
      spans: [
        [0, 6, "URL"],
        [5, 8, "PERSON"],
        [7, 13, "CRYPTO"],
      ],
      expected: [
        [0, 6, "URL"],
        [7, 13, "CRYPTO"],
      ],
    },
    {
      name: "neighbours both stay, in order",
      spans: [
        [5, 9, "URL"],
        [0, 5, "URL"],
      ],
      expected: [
        [0, 5, "URL"],
        [5, 9, "URL"],
      ],
    },
  ] as { name: string; spans: [number, number, PiiEntity][]; expected: [number, number, PiiEntity][] }[])(
    "$name",
    ({ spans, expected }) => {
      const kept = withoutOverlaps(spans.map(([start, end, type]) => ({ start, end, type })));
      expect(kept.map(({ start, end, type }) => [start, end, type])).toEqual(expected);
    },
  );
});

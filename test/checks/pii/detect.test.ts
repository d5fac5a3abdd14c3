import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectPii } from "../../../src/checks/pii/detect.ts";
import { withoutOverlaps } from "../../../src/checks/pii/overlaps.ts";
import { createReplacer } from "../../../src/checks/pii/replacer.ts";
import { piiSettingsOf } from "../../../src/checks/pii/settings.ts";
import { PII_ENTITIES, type PiiEntity } from "../../../src/schema/checks.ts";

const SETTINGS = piiSettingsOf({});

/** What was found of one kind, as it stands in the text. */
async function found(type: PiiEntity, text: string, region = "US"): Promise<string[]> {
  const spans = await detectPii(text, { region, entities: [type] });
  return spans.map(({ start, end }) => text.slice(start, end));
}

const ROWS: [PiiEntity, string, string[]][] = [
  ["EMAIL_ADDRESS", "Write to joe+tag@mail.example.org.", ["joe+tag@mail.example.org"]],
  ["EMAIL_ADDRESS", "an info@müller.example!", ["info@müller.example"]],
  ["EMAIL_ADDRESS", "logo@2x.png, lodash@4.17.21, a @ b, @me, me@", []],
  ["EMAIL_ADDRESS", "joe@example.org.Please answer", ["joe@example.org"]],
  ["PHONE_NUMBER", "(415) 555-2671 and +44 20 7946 0958", ["(415) 555-2671", "+44 20 7946 0958"]],
  ["PHONE_NUMBER", "reserved: 555-0134, or 212-555-0147", ["555-0134", "212-555-0147"]],
  ["PHONE_NUMBER", "order 4155552671, 2024-03-15, 192.168.1.100, 3.1415926535", []],
  ["PHONE_NUMBER", "0049 30 1234567 ext. 12", ["0049 30 1234567 ext. 12"]],
  ["CREDIT_CARD", "4111 1111 1111 1111 04/27", ["4111 1111 1111 1111"]],
  ["CREDIT_CARD", "4111111111111112 and 5105105105105100999", []],
  ["CREDIT_CARD", "1234567812345670 has a right digit and no issuer", []],
  ["IBAN_CODE", "GB82 WEST 1234 5698 7654 32 and", ["GB82 WEST 1234 5698 7654 32"]],
  ["IBAN_CODE", "de89370400440532013000", ["de89370400440532013000"]],
  ["IBAN_CODE", "DE89370400440532013001, DE8937040044053201300", []],
  ["US_SSN", "536-22-8714, 536 22 8715", ["536-22-8714", "536 22 8715"]],
  ["US_SSN", "000-12-3456 666-12-3456 912-12-3456 536-00-1234 536-12-0000", []],
  ["US_SSN", "536228714", []],
  ["US_SSN", "ssn 536228714", ["536228714"]],
  ["US_ITIN", "912-78-4432 and 905-49-1234", ["912-78-4432"]],
  ["UK_NHS", "943 476 5919", ["943 476 5919"]],
  ["UK_NHS", "943 476 5918", []],
  ["UK_NHS", "9434765919", []],
  ["UK_NHS", "NHS no 9434765919", ["9434765919"]],
  ["UK_NINO", "AB 12 34 56 C, GB123456A, QQ123456C, AB123456E", ["AB 12 34 56 C"]],
  ["IP_ADDRESS", "192.0.2.1, 2001:db8::1 and ::1.", ["192.0.2.1", "2001:db8::1", "::1"]],
  ["IP_ADDRESS", "v1.2.3.4, version 1.2.3.4, 1.2.3.4.5, 256.1.1.1, std::x", []],
  ["MAC_ADDRESS", "00:1A:2B:3C:4D:5E 00-1a-2b-3c-4d-5e 00:1A:2B:3C:4D", ["00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e"]],
  ["URL", "see https://example.com/a_(b)?c=d#e.", ["https://example.com/a_(b)?c=d#e"]],
  ["URL", "(www.example.com), joe@www.example.com", ["www.example.com"]],
  ["CRYPTO", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"]],
  ["CRYPTO", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", []],
  ["CRYPTO", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"]],
  ["CRYPTO", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", []],
  ["CRYPTO", `0x${"aB".repeat(20)} and 0x${"ab".repeat(32)}`, [`0x${"aB".repeat(20)}`]],
  ["CRYPTO", "pay LXDzty7x31zpJhuWdB6fQ7sQjLxsDAWAqL, thanks", ["LXDzty7x31zpJhuWdB6fQ7sQjLxsDAWAqL"]],
  ["CRYPTO", "pay DJKNkj5qG6o29CWvz28svHC8qM3nFTd95v, thanks", ["DJKNkj5qG6o29CWvz28svHC8qM3nFTd95v"]],
  ["CRYPTO", "pay XcVaADXC8kcza4yR9mq8FDqYQREejo8AfS, thanks", ["XcVaADXC8kcza4yR9mq8FDqYQREejo8AfS"]],
  ["CRYPTO", "pay TFhCtLiP9mSpRfHBdmLjPhjcG1BxshA6DY, thanks", ["TFhCtLiP9mSpRfHBdmLjPhjcG1BxshA6DY"]],
  ["CRYPTO", "pay t1PE1zjtpS4epvykDoxUAsEeM3YGQpipKAo, thanks", ["t1PE1zjtpS4epvykDoxUAsEeM3YGQpipKAo"]],
  ["CRYPTO", "pay tz1YS5oyHJ2DQrBQnPivYmiVxNXPCsvuBtwh, thanks", ["tz1YS5oyHJ2DQrBQnPivYmiVxNXPCsvuBtwh"]],
  ["CRYPTO", "pay rpD5Dhj3uYvzGCpLJyooAhGn2oGFZFwxZe, thanks", ["rpD5Dhj3uYvzGCpLJyooAhGn2oGFZFwxZe"]],
  [
    "CRYPTO",
    "pay ltc1q443fd60gw4gqpukcxlt8zzaw536t42vn6zmgea, thanks",
    ["ltc1q443fd60gw4gqpukcxlt8zzaw536t42vn6zmgea"],
  ],
  [
    "CRYPTO",
    "pay addr1qynsfxzkz7ccxjfwxk0etjrywdzdm0mwrd3njaap7c3c82nhf0cda43v4c67lj80fa3zjjuqmhvjwgre537aqce74m8sazl3qc, thanks",
    ["addr1qynsfxzkz7ccxjfwxk0etjrywdzdm0mwrd3njaap7c3c82nhf0cda43v4c67lj80fa3zjjuqmhvjwgre537aqce74m8sazl3qc"],
  ],
  [
    "CRYPTO",
    "pay bitcoincash:qq82y77jg0lr66n37q6evjzv3hxjsg9mpqd86r8fz3, thanks",
    ["bitcoincash:qq82y77jg0lr66n37q6evjzv3hxjsg9mpqd86r8fz3"],
  ],
  ["CRYPTO", "pay qq3cc8je80qpp8z4u8tz2tzpnkfhd8dqscvmwkv5ay, thanks", ["qq3cc8je80qpp8z4u8tz2tzpnkfhd8dqscvmwkv5ay"]],
  [
    "CRYPTO",
    "pay cosmos1q97ckyewkrhgh2mwux9s5qmw49t6cczxwhan5c, thanks",
    ["cosmos1q97ckyewkrhgh2mwux9s5qmw49t6cczxwhan5c"],
  ],
  [
    "CRYPTO",
    "LXDzty7x31zpJhuWdB6fQ7sQjLxsDAWAqq TFhCtLiP9mSpRfHBdmLjPhjcG1BxshA6Dq rpD5Dhj3uYvzGCpLJyooAhGn2oGFZFwxZq ltc1q443fd60gw4gqpukcxlt8zzaw536t42vn6zmgeq addr1qynsfxzkz7ccxjfwxk0etjrywdzdm0mwrd3njaap7c3c82nhf0cda43v4c67lj80fa3zjjuqmhvjwgre537aqce74m8sazl3qq bitcoincash:qq82y77jg0lr66n37q6evjzv3hxjsg9mpqd86r8fzq",
    [],
  ],
  [
    "CRYPTO",
    "my solana wallet 5cCoxTfp6QAzopvgNMBFKzxjkAh4nuLK6JttTQs67LUa",
    ["5cCoxTfp6QAzopvgNMBFKzxjkAh4nuLK6JttTQs67LUa"],
  ],
  ["CRYPTO", "the digest 5cCoxTfp6QAzopvgNMBFKzxjkAh4nuLK6JttTQs67LUa", []],
  [
    "URL",
    "postgres://u:p@db.internal:5432/x and wss://a.example/v1",
    ["postgres://u:p@db.internal:5432/x", "wss://a.example/v1"],
  ],
  [
    "URL",
    "see bit.ly/3xQz8 or linkedin.com/in/joe; src/bit.ly.ts and std::x://",
    ["bit.ly/3xQz8", "linkedin.com/in/joe"],
  ],
  [
    "EMAIL_ADDRESS",
    "joe [at] example.org, ann(at)mail(dot)example(dot)org",
    ["joe [at] example.org", "ann(at)mail(dot)example(dot)org"],
  ],
  ["EMAIL_ADDRESS", "items [at] and arr[at] = 1", []],
  [
    "MAC_ADDRESS",
    "0050.56be.3a91, mac 0050.7966.6800, MAC: 001A2B3C4D5E",
    ["0050.56be.3a91", "0050.7966.6800", "001A2B3C4D5E"],
  ],
  ["MAC_ADDRESS", "1234.5678.9012 and commit 001A2B3C4D5E", []],
  ["IP_ADDRESS", "firmware 10.4.2.1 to 10.4.3.0, host 10.4.3.1", ["10.4.3.1"]],
  ["UK_NHS", '"nhsNumber": "9434765919"', ["9434765919"]],
  ["PHONE_NUMBER", "erreichbar unter 089 / 4521 7788, numerem 601 448 217", ["089 / 4521 7788", "601 448 217"]],
  ["PHONE_NUMBER", "llámame al +54 9 351 612-4487, caller id 3125550164", ["+54 9 351 612-4487", "3125550164"]],
  ["PHONE_NUMBER", "الجوال +971 ٥٠ ٣٨٨ ٢١٧٦", ["+971 ٥٠ ٣٨٨ ٢١٧٦"]],
  ["PHONE_NUMBER", "phone 5550123 or text 5550199; order 5550142, 5550150", ["5550123", "5550199"]],
  ["PHONE_NUMBER", "podem me ligar no (11) 98877-4312, phone no 5551234567", ["(11) 98877-4312", "5551234567"]],
  ["PHONE_NUMBER", "cost centre 40-2210-8871, dept 40-2210-8871", []],
  ["DATE_TIME", "born on 14 March 1987, married on 1 May 2010", ["14 March 1987"]],
  [
    "DATE_TIME",
    "geb. 03.07.1975, née le 12 février 1968, 生年月日:1985年4月12日",
    ["03.07.1975", "12 février 1968", "1985年4月12日"],
  ],
  ["DATE_TIME", '"dob": "1990-06-03T00:00:00Z"', ["1990-06-03"]],
  ["DATE_TIME", "on 14 March 1987 it rained", []],
  ["DATE_TIME", "Born some time ago in a far away country, I think: 14 March 1987", []],
  ["PERSON", "Dr. Wei Zhang's lamp, my name is ada", ["Wei Zhang", "ada"]],
  ["PERSON", "The Product Team shipped Visual Studio Code in April.", []],
  [
    "LOCATION",
    "I live at 742 Evergreen Terrace, Springfield, OR 97403.",
    ["742 Evergreen Terrace, Springfield, OR 97403"],
  ],
  ["LOCATION", "Hauptstraße 12, 10115 Berlin", ["Hauptstraße 12, 10115 Berlin"]],
  ["LOCATION", "12 rue de la Paix, 75002 Paris", ["12 rue de la Paix, 75002 Paris"]],
  ["LOCATION", "10 Downing Street, London SW1A 2AA", ["10 Downing Street, London SW1A 2AA"]],
  ["LOCATION", "24 Sussex Drive, Ottawa, ON K1M 1M4", ["24 Sussex Drive, Ottawa, ON K1M 1M4"]],
  ["LOCATION", "Calle de Alcalá 45, 28014 Madrid", ["Calle de Alcalá 45, 28014 Madrid"]],
  ["LOCATION", "i live at 742 evergreen terrace now", ["742 evergreen terrace"]],
  ["LOCATION", "We walked 12 miles in Paris on 5 May.", []],
];

describe("finding", () => {
  it.each(ROWS)("%s in %j gives %j", async (type, text, expected) => {
    expect(await found(type, text)).toEqual(expected);
  });

  it.each([
    { region: "GB", text: "07400 123456 is new", expected: ["07400 123456"] },
    { region: "ES", text: "612 345 678 is new", expected: ["612 345 678"] },
    { region: "US", text: "612 345 678 is new", expected: [] },
  ])("phone numbers of $region", async ({ region, text, expected }) => {
    expect(await found("PHONE_NUMBER", text, region)).toEqual(expected);
  });
});

describe("positions", () => {
  it.each([
    {
      name: "full-width letters",
      text: "mail ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ!",
      expected: "ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    },
    {
      name: "zero-width characters inside",
      text: "mail jo\u200be@exam\u200dple.com now",
      expected: "jo\u200be@exam\u200dple.com",
    },
    { name: "an emoji before", text: "🎉🎉 joe@example.com", expected: "joe@example.com" },
    { name: "a ligature before", text: "ﬁﬁ café joe@example.com", expected: "joe@example.com" },
    { name: "decomposed accents", text: "an info@mu\u0308ller.example.", expected: "info@mu\u0308ller.example" },
  ])("are those of the given text with $name", async ({ text, expected }) => {
    expect(await found("EMAIL_ADDRESS", text)).toEqual([expected]);
  });

  it("are found behind a line break that is written as JSON writes it", async () => {
    const text = '{"note":"Kind regards,\\nJohn Smith\\n415-555-2671"}';
    expect(await found("PERSON", text)).toEqual(["John Smith"]);
    expect(await found("PHONE_NUMBER", text)).toEqual(["415-555-2671"]);
  });

  it("are found through dashes and spaces of other widths", async () => {
    expect(await found("US_SSN", "536\u201122\u20118714")).toEqual(["536\u201122\u20118714"]);
    expect(await found("IBAN_CODE", "GB82\u00a0WEST\u00a01234\u00a05698\u00a07654\u00a032")).toHaveLength(1);
  });

  it("come in the order of the text, also where finds overlap", async () => {
    const text = "Jane Doe: https://a.example/?m=jane@example.org 4111111111111111";
    const spans = await detectPii(text, SETTINGS);
    expect(spans.map(({ start, end, type }) => [type, text.slice(start, end)])).toEqual([
      ["PERSON", "Jane Doe"],
      ["URL", "https://a.example/?m=jane@example.org"],
      ["EMAIL_ADDRESS", "jane@example.org"],
      ["CREDIT_CARD", "4111111111111111"],
    ]);
  });
});

describe("what is looked for", () => {
  const all = PII_ENTITIES.filter((type) => type !== "LOCATION");
  it.each([
    { name: "everything but places", checks: {}, list: [], expected: all, region: "US" },
    {
      name: "what the operator lists",
      checks: { pii: { entities: ["LOCATION" as const, "URL" as const], region: "DE" } },
      list: [],
      expected: ["URL", "LOCATION"],
      region: "DE",
    },
    {
      name: "without what is left alone",
      checks: {},
      list: ["URL", "NRP", "PERSON"],
      expected: all.filter((type) => type !== "URL" && type !== "PERSON"),
      region: "US",
    },
    {
      name: "both",
      checks: { pii: { entities: ["URL" as const, "PERSON" as const] } },
      list: ["URL"],
      expected: ["PERSON"],
      region: "US",
    },
  ])("is $name", ({ checks, list, expected, region }) => {
    expect(piiSettingsOf(checks, list)).toEqual({ region, entities: expected });
  });

  it("is nothing in a text without any", async () => {
    expect(await detectPii("", SETTINGS)).toEqual([]);
    expect(await detectPii("nothing to see here", SETTINGS)).toEqual([]);
  });
});

describe("whatever the text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "joe@example.com",
      "＋１ 415 555 2671",
      "Dr. Wei\u200b Zhang",
      "GB82 WEST 1234 5698 7654 32",
      "ﬁ",
      "e\u0301",
    ),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(" "));

  it("finds lie inside it, in order, and what is around them stays as it was", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const spans = await detectPii(given, { region: "US", entities: PII_ENTITIES });
        let last = 0;
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(given.length);
          last = start;
        }
        const kept = withoutOverlaps(spans);
        const masked = await createReplacer("mask").replace(given, spans);
        expect(masked.length).toBe(kept.reduce((length, { start, end }) => length - (end - start) + 1, given.length));
      }),
      { numRuns: 300 },
    );
  });
});

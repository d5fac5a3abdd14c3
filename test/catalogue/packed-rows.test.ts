import { expect, it } from "vitest";
import { joinRows, plainRows } from "../../src/catalogue/model-rows.ts";
import { PackedRows, packRows } from "../../src/catalogue/packed-rows.ts";
import type { ModelRow } from "../../src/schema/catalogue.ts";

const rows: [string, ModelRow][] = [
  [
    "acme/one",
    {
      name: "Acme: Öne ☂ \u{1f600}\ttab\nline",
      canonical_slug: "acme/one-20260101",
      endpoints: [
        { provider: "acme", model: "one", supported_parameters: ["tools", "stop"] },
        { provider: "other", model: "uno", supported_parameters: ["tools", "stop"] },
        { provider: "third", model: "un" },
      ],
    },
  ],
  ["acme/two", { name: "Two", endpoints: [{ provider: "acme", model: "two", supported_parameters: [] }] }],
];

it("gives back what was packed", () => {
  const packed = new PackedRows(packRows(rows));
  expect([...packed.ids()]).toEqual(["acme/one", "acme/two"]);
  for (const [id, row] of rows) expect(packed.get(id)).toEqual(row);
});

it("knows dated ids, and no others", () => {
  const packed = new PackedRows(packRows(rows));
  expect(packed.idOf("acme/one-20260101")).toBe("acme/one");
  for (const name of ["acme/two", "", "acme/one", "__proto__"]) expect(packed.idOf(name)).toBeUndefined();
  for (const name of ["acme/three", "", "acme", "toString"]) expect(packed.get(name)).toBeUndefined();
});

it("writes ASCII, one line a row, each list of parameters once", () => {
  const text = packRows(rows);
  expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
  expect(text.trimEnd().split("\n")).toHaveLength(1 + rows.length);
  expect(text.split('["tools","stop"]')).toHaveLength(2);
});

it("packs nothing into a text that holds nothing", () => {
  expect([...new PackedRows(packRows([])).ids()]).toEqual([]);
});

it("joins collections, the first winning", () => {
  const mine: ModelRow = { name: "Mine", endpoints: [] };
  const joined = joinRows(plainRows({ "acme/two": mine, "my/own": mine }), new PackedRows(packRows(rows)));
  expect([...joined.ids()]).toEqual(["acme/two", "my/own", "acme/one"]);
  expect(joined.get("acme/two")).toBe(mine);
  expect(joined.get("acme/one")?.endpoints).toHaveLength(3);
  expect(joined.idOf("acme/one-20260101")).toBe("acme/one");
});

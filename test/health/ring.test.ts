import { describe, expect, it } from "vitest";
import { Ring } from "../../src/health/ring.ts";

/** Three slots of a second with two columns. */
function ring(): Ring {
  return new Ring(1_000, 2, new Uint16Array(6));
}

describe("a ring of counts", () => {
  it("is full at what its cells hold, and does not begin again from 0", () => {
    const counts = ring();
    for (const count of [65_000, 530, 10, 1]) counts.add(7, 0, count);
    expect(counts.get(7, 0)).toBe(65_535);
  });

  it("has totals by column, over all slots or the newest ones", () => {
    const counts = ring();
    for (const slot of [5, 6, 7]) counts.add(slot, 1, slot);
    expect([...counts.totals(7_999)]).toEqual([0, 18]);
    expect([...counts.totals(7_000, 2)]).toEqual([0, 13]);
    expect([...counts.totals(8_000)]).toEqual([0, 13]);
  });

  it("has rows without zeros, oldest first, that make another ring like it", () => {
    const [counts, copy] = [ring(), ring()];
    counts.add(7, 0, 3);
    counts.add(5, 1, 2);
    expect(counts.rows(7_000)).toEqual([
      [5, 1, 2],
      [7, 0, 3],
    ]);
    copy.addRows(counts.rows(7_000), 7_000);
    expect(copy.rows(7_000)).toEqual(counts.rows(7_000));
  });

  it.each([
    { name: "too old a slot", row: [4, 0, 1] },
    { name: "a column that it has not", row: [6, 2, 1] },
    { name: "a column without a count", row: [6, 0] },
    { name: "nothing", row: [] },
  ])("adds no row with $name", ({ row }) => {
    const counts = ring();
    counts.add(7, 1, 1);
    counts.addRows([row], 7_000);
    expect(counts.rows(7_000)).toEqual([[7, 1, 1]]);
  });
});

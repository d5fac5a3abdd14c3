import { describe, expect, it } from "vitest";
import { type Cell, csvLine, toDecimalUsd } from "../../../src/http/reports/csv.ts";

describe("a line of a table", () => {
  it.each<[cells: Cell[], line: string]>([
    [["a", "b"], "a,b"],
    [[1, 0.5, -2], "1,0.5,-2"],
    [[true, null, ""], "true,,"],
    [["a,b", 'say "hi"', "two\nlines"], '"a,b","say ""hi""","two\nlines"'],
    [["ü 🚂"], "ü 🚂"],
    [["=1+1"], "'=1+1"],
    [["+1"], "'+1"],
    [["-1"], "'-1"],
    [["@cmd"], "'@cmd"],
    [["\tx"], "'\tx"],
    [["\r=x"], '"\'\r=x"'],
    [["  =1"], "'  =1"],
    [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
    [["a=b", "a-b"], "a=b,a-b"],
  ])("%j is %j", (cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});

describe("nano-dollars in a table", () => {
  it.each([
    [0, "0"],
    [1, "0.000000001"],
    [1_000, "0.000001"],
    [500_000_000, "0.5"],
    [1_000_000_000, "1"],
    [10_000_000_000, "10"],
    [12_345_678_901, "12.345678901"],
  ])("%i are %s dollars", (nanoUsd, text) => {
    expect(toDecimalUsd(nanoUsd)).toBe(text);
  });
});

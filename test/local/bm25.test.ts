import { describe, expect, it } from "vitest";
import { scoreByBm25, wordsOf } from "../../src/local/bm25.ts";

const best = (query: string, documents: string[]) => {
  const scores = scoreByBm25(query, documents);
  return scores.indexOf(Math.max(...scores));
};

describe("a ranking by words", () => {
  it.each<[name: string, query: string, documents: string[], index: number]>([
    ["the word itself", "train", ["a plane flies", "the train leaves"], 1],
    ["the rarer word", "red train", ["red red car", "red bus", "blue train", "red bike"], 2],
    ["more of the words", "noon train", ["train", "train at noon", "noon"], 1],
    ["the shorter document", "train", [`train ${"and so on ".repeat(20)}`, "train now"], 1],
    ["a plural", "which cities have trains", ["no such place", "a city with a train"], 1],
    ["any case and accent", "ÉCOLE", ["ecology", "une école"], 1],
    ["a script without spaces", "東京の電車", ["大阪の天気は晴れです", "東京では電車がよく走ります"], 1],
  ])("prefers %s", (_, query, documents, index) => {
    expect(best(query, documents)).toBe(index);
  });

  it("has scores from 0 to 1", () => {
    const scores = scoreByBm25("train noon", ["train noon ".repeat(500), "train", "nothing", ""]);
    for (const score of scores) expect(score).toBeLessThan(1);
    expect(scores[0]).toBeGreaterThan(scores[1] ?? 1);
    expect(scores.slice(2)).toEqual([0, 0]);
  });

  it.each(["", "...", "zzz"])("gives nothing for a query that says nothing here: %j", (query) => {
    expect(scoreByBm25(query, ["a b", "c"])).toEqual([0, 0]);
  });

  it.each([
    ["Buses, glasses; cities and boss's ties!", ["buse", "glasse", "city", "and", "boss", "s", "ty"]],
    ["is this us", ["is", "this", "us"]],
    ["Straße Ⅳ ﬁn", ["straße", "iv", "fin"]],
    ["COVID-19", ["covid", "19"]],
  ])("reads %j as words", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

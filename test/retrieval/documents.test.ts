import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/retrieval/documents/csv.ts";
import { readDocument } from "../../src/retrieval/documents/read-document.ts";
import { LIMITS } from "../../src/retrieval/limits.ts";
import { toMatch } from "../../src/retrieval/match.ts";
import { splitText } from "../../src/retrieval/split.ts";
import { toIndexText } from "../../src/retrieval/words.ts";
import { encryptedPdf, makePdf } from "./make-pdf.ts";

const read = (fileName: string, content: string | Uint8Array, contentType?: string) =>
  readDocument({
    fileName,
    contentType,
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
  });

/** Texts and records of a document, with the headings that lead to them. */
async function partsOf(fileName: string, content: string | Uint8Array): Promise<unknown> {
  const { sections } = await read(fileName, content);
  return sections.map(({ heading, text, records }) => [...(heading ? [heading] : []), records ?? text]);
}

describe("a table of values", () => {
  it.each([
    {
      name: "plain",
      source: "a,b\n1,2\n",
      expected: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
    {
      name: "no last line end",
      source: "a,b\n1,2",
      expected: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
    { name: "quotes, separators and line ends inside", source: 'a,"b,""c""\nd"\n', expected: [["a", 'b,"c"\nd']] },
    {
      name: "empty fields",
      source: ",\n,x,\n",
      expected: [
        ["", ""],
        ["", "x", ""],
      ],
    },
    {
      name: "an empty quoted field",
      source: 'a,""\n"",b',
      expected: [
        ["a", ""],
        ["", "b"],
      ],
    },
    { name: "empty lines are no records", source: "a\n\nb\n", expected: [["a"], ["b"]] },
    { name: "a separator at the very end", source: "a,", expected: [["a", ""]] },
    { name: "a quote that never closes", source: 'a,"b\nc', expected: [["a", "b\nc"]] },
    { name: "text behind a closing quote", source: '"a"b,c', expected: [["ab", "c"]] },
  ])("$name", ({ source, expected }) => expect(parseCsv(source, ",")).toEqual(expected));
});

describe("a document is read as its type", () => {
  it.each([
    { name: "text", file: "a.txt", content: "Ünï\r\nzwei", expected: [["Ünï\nzwei"]] },
    {
      name: "CSV",
      file: "a.csv",
      content: 'Name,Price\r\nBolt,3\r\n"Nut, big",,7\r\n',
      expected: [[["Name: Bolt\nPrice: 3", "Name: Nut, big\ncolumn 3: 7"]]],
    },
    {
      name: "CSV with semicolons",
      file: "a.csv",
      content: "Name;Price\nBolt;3,50\n",
      expected: [[["Name: Bolt\nPrice: 3,50"]]],
    },
    { name: "TSV", file: "a.tsv", content: "a\tb\n1\t2", expected: [[["a: 1\nb: 2"]]] },
    {
      name: "a list in JSON",
      file: "a.json",
      content: '[{"a":{"b":1},"c":[1,2],"d":null},"x",{"e":[{"f":true}]}]',
      expected: [[["a.b: 1\nc: 1, 2", "x", "e.0.f: true"]]],
    },
    { name: "an object in JSON", file: "a.json", content: '{"a":1,"b":["x","y"]}', expected: [[["a: 1\nb: x, y"]]] },
    { name: "JSON lines", file: "a.jsonl", content: '{"a":1}\n\n{"a":2}\n', expected: [[["a: 1", "a: 2"]]] },
    {
      name: "Markdown",
      file: "a.md",
      content:
        "Before.\n\n# Leave #\n\n## *Sick* [leave](http://x)\nCall in.\n```\n# no heading\n```\n## Parental\n\nSix months.\n\nTravel\n======\nBy train.",
      expected: [
        ["Before."],
        ["Leave > Sick leave", "## *Sick* [leave](http://x)\nCall in.\n```\n# no heading\n```"],
        ["Leave > Parental", "## Parental\n\nSix months."],
        ["Travel", "# Travel\nBy train."],
      ],
    },
    {
      name: "HTML",
      file: "a.html",
      content:
        "<!doctype html><head><title>Fees &amp; rates</title><style>p{}</style></head><nav>Home <a>Login</a></nav><h1>Fees</h1><p>From\n  5&nbsp;&euro; a month<br>or &#52;&#x32; a year<p>Ask <b>us</b>.<script>if (a < b) alert('x')</script><table><tr><td>A</td><td>1</td></tr></table>",
      expected: [["Fees\n\nFrom 5\u00a0€ a month\nor 42 a year\n\nAsk us.\n\nA 1"]],
    },
    {
      name: "XML",
      file: "a.xml",
      content:
        '<?xml version="1.0"?><r><title/><script/><item id="1"><name>Bolt</name><note><![CDATA[a < b & c]]></note></item></r>',
      expected: [["Bolt\n\na < b & c"]],
    },
  ])("$name", async ({ file, content, expected }) => expect(await partsOf(file, content)).toEqual(expected));

  it.each([
    { name: "a heading", file: "a.md", content: "text\n\n## First\nx\n# Second", title: "First" },
    {
      name: "front matter",
      file: "a.md",
      content: '---\nlang: en\ntitle: "The rules"\n---\n# First\nx',
      title: "The rules",
    },
    {
      name: "a page's title",
      file: "a.html",
      content: "<title>Fees &amp; rates</title><h1>Other</h1>x",
      title: "Fees & rates",
    },
    { name: "a page's heading", file: "a.html", content: "<h1>Fees <i>2026</i></h1>x", title: "Fees 2026" },
    { name: "a title in XML", file: "a.xml", content: "<r><title>T1</title><title>T2</title>x</r>", title: "T1" },
    { name: "none", file: "a.txt", content: "x", title: undefined },
  ])("its title is $name", async ({ file, content, title }) => expect((await read(file, content)).title).toBe(title));

  it("reads a PDF page by page", async () => {
    const pdf = makePdf([["Travel expenses", "Keep every receipt."], [], ["Trains only."]]);
    const { pages, sections } = await read("a.pdf", pdf);
    expect(pages).toBe(3);
    expect(sections.map(({ page, text }) => [page, text?.replace(/\s+/g, " ").trim()])).toEqual([
      [1, "Travel expenses Keep every receipt."],
      [2, ""],
      [3, "Trains only."],
    ]);
  });

  it.each([
    { name: "UTF-8 with a mark", bytes: [0xef, 0xbb, 0xbf, 0x61], text: "a" },
    { name: "UTF-16, little end first", bytes: [0xff, 0xfe, 0xe4, 0x00], text: "ä" },
    { name: "UTF-16, big end first", bytes: [0xfe, 0xff, 0x00, 0xe4], text: "ä" },
    { name: "Windows-1252", bytes: [0x80, 0x20, 0xe4], text: "€ ä" },
  ])("in $name", async ({ bytes, text }) => {
    expect(await partsOf("a.txt", Uint8Array.from(bytes))).toEqual([[text]]);
  });
});

describe("a document that is made to be slow", () => {
  const MANY = 1_000_000;
  it.each([
    { name: "one long word", file: "a.txt", content: "x".repeat(MANY) },
    { name: "a heading of spaces", file: "a.md", content: `# ${" ".repeat(MANY)}x` },
    { name: "front matter of spaces", file: "a.md", content: `---\ntitle: ${" ".repeat(MANY)}x\n---\ny` },
    { name: "CDATA that never ends", file: "a.xml", content: `<a>${"<![CDATA[".repeat(MANY / 10)}` },
    { name: "an element of spaces", file: "a.xml", content: `<a>${`<a${" ".repeat(300)}`.repeat(MANY / 300)}` },
    { name: "a title of spaces", file: "a.html", content: `<title>${" ".repeat(MANY)}x</title>y` },
    { name: "a page of spaces", file: "a.html", content: `<p>${" ".repeat(MANY)}x` },
    { name: "elements that never end", file: "a.html", content: "<div><p>a".repeat(1_000) + "b ".repeat(MANY) },
    { name: "values of commas", file: "a.csv", content: ",".repeat(MANY) },
    { name: "quotes", file: "a.csv", content: '"'.repeat(MANY) },
  ])("is read in time: $name", async ({ file, content }) => {
    const startedAtMs = performance.now();
    const document = await read(file, content);
    const pieces = document.sections.flatMap(({ text, records }) => [text ?? "", ...(records ?? [])]);
    for (const piece of pieces)
      for (const part of splitText(piece, { chunkSize: 8000, chunkOverlap: 3999 })) toIndexText(part);
    await tick();
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it.each([
    { name: "letters", text: "x".repeat(LIMITS.charsPerRow) },
    { name: "joined letters", text: "x-".repeat(LIMITS.charsPerRow / 2) },
    { name: "groups of digits", text: "123 ".repeat(LIMITS.charsPerRow / 4) },
    { name: "letters and digits", text: "x1".repeat(LIMITS.charsPerRow / 2) },
    { name: "Japanese", text: "東京都の".repeat(LIMITS.charsPerRow / 4) },
  ])("is indexed in time: a row of $name", async ({ text }) => {
    const startedAtMs = performance.now();
    toIndexText(text);
    toMatch(text);
    await tick();
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  });

  /** The runtime's clock stands still between two looks outside. */
  const tick = () => scheduler.wait(1);
});

describe("a document that cannot be read", () => {
  it.each([
    { name: "another type", file: "a.docx", content: "PK", status: 415, says: /Supported are txt, md, csv/ },
    { name: "an image", file: "a.png", content: "x", type: "text/plain", status: 415, says: /Supported/ },
    { name: "no type", file: "README", content: "x", status: 415, says: /Supported/ },
    { name: "broken JSON", file: "a.json", content: "{", status: 400, says: /file: the file is not valid JSON/ },
    { name: "a broken line", file: "a.jsonl", content: "{}\n{", status: 400, says: /line 2 is not valid JSON/ },
    {
      name: "bottomless JSON",
      file: "a.json",
      content: "[".repeat(5000) + "]".repeat(5000),
      status: 400,
      says: /deeper/,
    },
    { name: "binary text", file: "a.txt", content: "a\u0000b", status: 400, says: /no text/ },
    { name: "no PDF", file: "a.pdf", content: "%PDF-1.4 nonsense", status: 400, says: /cannot be read as a PDF/ },
  ])("$name", async ({ file, content, type, status, says }) => {
    const refusal = await read(file, content, type).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status, message: expect.stringMatching(says) });
  });

  it("is a PDF with a password", async () => {
    await expect(read("a.pdf", encryptedPdf())).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/password/),
    });
  });

  it.each([
    { name: "the content type tells where the name does not", file: "notes", type: "text/markdown; charset=utf-8" },
    { name: "the name counts more", file: "notes.md", type: "application/octet-stream" },
    { name: "a number is no extension", file: "notes.2026", type: "text/markdown" },
  ])("but $name", async ({ file, type }) => {
    expect((await read(file, "# T\nx", type)).title).toBe("T");
  });
});

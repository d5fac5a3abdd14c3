import { invalidField } from "../../errors.ts";
import type { ReadDocument } from "./document.ts";
import { decodeEntities } from "./entities.ts";

/** What is never text. */
const REMOVED = "script, style, nav, noscript, template, svg, iframe, object";
/** What stands on lines of its own. */
const BLOCKS =
  "address, article, aside, blockquote, body, br, caption, dd, details, div, dl, dt, fieldset, figcaption, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, option, p, pre, section, summary, table, tbody, tfoot, thead, tr, ul";
/** Paragraphs, with an empty line around them. */
const PARAGRAPHS = "article, blockquote, dl, h1, h2, h3, h4, h5, h6, ol, p, section, table, ul";
const CELLS = "td, th";

/** Gathers the text of a page, in the order of its source. */
class PageText {
  text = "";
  title = "";
  heading = "";
  /** Where text goes beside the page. */
  isTitle = false;
  isHeading = false;

  line(): void {
    this.text += "\n";
  }

  take(raw: string): void {
    const text = raw.replace(/\s+/g, " ");
    if (this.isTitle) this.title += text;
    else this.text += text;
    if (this.isHeading) this.heading += text;
  }
}

/** The text of an HTML page. */
export async function readHtml(source: string): Promise<ReadDocument> {
  const page = new PageText();
  const rewriter = new HTMLRewriter()
    .on(REMOVED, { text: (text) => void text.remove() })
    .on(BLOCKS, { element: (element) => atBothEnds(element, () => page.line()) })
    .on(PARAGRAPHS, { element: (element) => atBothEnds(element, () => page.line()) })
    .on(CELLS, { element: () => page.take(" ") })
    .on("title", { element: (element) => between(element, (isInside) => (page.isTitle = isInside)) })
    .on("h1", { element: (element) => between(element, (isInside) => (page.isHeading = isInside)) });
  return gather(rewriter, source, page);
}

/** The text of an XML file: every element stands on a line of its own. */
export async function readXml(source: string): Promise<ReadDocument> {
  const page = new PageText();
  const rewriter = new HTMLRewriter()
    .on("*", { element: (element) => atBothEnds(element, () => page.line()) })
    .on("title", {
      element: (element) => between(element, (isInside) => (page.isHeading = isInside && !page.heading)),
    });
  return gather(rewriter, asHtml(source), page);
}

/** XML in the words of HTML: nothing closes itself, and there is no CDATA. */
function asHtml(source: string): string {
  return withoutCdata(source)
    .replace(/<([\w:.-]{1,100})((?:\s{1,100}[\w:.-]{1,100}=(?:"[^"<]*"|'[^'<]*')){0,50})\s{0,100}\/>/g, "<$1$2></$1>")
    .replace(/<(\/?)(script|style|textarea|xmp|iframe|noembed|noframes|plaintext)(?=[\s>])/gi, "<$1x-$2");
}

const CDATA = "<![CDATA[";

function withoutCdata(source: string): string {
  const [first = "", ...others] = source.split(CDATA);
  const texts = others.map((piece) => {
    const end = piece.indexOf("]]>");
    const text = end === -1 ? piece : piece.slice(0, end);
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;") + (end === -1 ? "" : piece.slice(end + 3));
  });
  return first + texts.join("");
}

async function gather(rewriter: HTMLRewriter, source: string, page: PageText): Promise<ReadDocument> {
  const read = rewriter.onDocument({
    text(text) {
      if (!text.removed) page.take(text.text);
    },
  });
  try {
    await read.transform(new Response(source)).arrayBuffer();
  } catch {
    throw invalidField("file", "the file's marks cannot be read");
  }
  const title = tidy(page.title) || tidy(page.heading) || undefined;
  return { title, pages: null, sections: [{ page: null, text: tidy(page.text) }] };
}

function atBothEnds(element: Element, act: () => void): void {
  act();
  if (!isVoid(element)) element.onEndTag(act);
}

function between(element: Element, set: (isInside: boolean) => void): void {
  set(true);
  element.onEndTag(() => set(false));
}

/** Whether an element has no end. */
function isVoid({ tagName }: Element): boolean {
  return [
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
  ].includes(tagName);
}

/** Text without entities, trimmed, with at most one empty line in a row. */
function tidy(text: string): string {
  return decodeEntities(text.replace(/[ \t]*\n[ \t]*/g, "\n").replace(/\n{3,}/g, "\n\n"))
    .replace(/[ \t]{2,}/g, " ")
    .trim();
}

import type { ReadDocument, Section } from "./document.ts";

/** A longer line is no heading. */
const MAX_HEADING_CHARS = 500;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const FRONT_MATTER = /^---\n([\s\S]*?)\n(?:---|\.\.\.)(?:\n|$)/;

interface Heading {
  level: number;
  text: string;
}

/** Markdown, one section for each heading that has text below it. Front matter gives a title and is left out. */
export function readMarkdown(source: string): ReadDocument {
  const front = FRONT_MATTER.exec(source);
  const sections: Section[] = [];
  const path: Heading[] = [];
  let lines: string[] = [];
  let first: string | undefined;
  const close = (isLast: boolean) => {
    const text = lines.join("\n").trim();
    const isHeadingOnly = path.length > 0 && !text.includes("\n");
    if (text !== "" && (!isHeadingOnly || (isLast && sections.length === 0) || isProse(lines)))
      sections.push({ heading: path.map((heading) => heading.text).join(" > ") || undefined, page: null, text });
    lines = [];
  };
  for (const { line, heading } of headed(front ? source.slice(front[0].length) : source)) {
    if (heading) {
      close(false);
      first ??= heading.text || undefined;
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
    }
    lines.push(line);
  }
  close(true);
  return { title: titleIn(front?.[1]) ?? first, pages: null, sections };
}

function headingIn(line: string): RegExpExecArray | null {
  return line.length > MAX_HEADING_CHARS ? null : HEADING.exec(line);
}

/** Whether there is text that is no heading. */
function isProse(lines: string[]): boolean {
  return lines.some((line) => line.trim() !== "" && !headingIn(line));
}

/** Lines, with the heading that a line is; the line below an underlined heading stays with it. */
function* headed(source: string): Iterable<{ line: string; heading?: Heading }> {
  const lines = source.split("\n");
  let fence: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      yield { line };
      continue;
    }
    if (mark !== undefined) fence = mark;
    const [, marks, text] = headingIn(line) ?? [];
    const underline = UNDERLINE.exec(lines[index + 1] ?? "")?.[1];
    if (marks !== undefined) yield { line, heading: { level: marks.length, text: plain(text ?? "") } };
    else if (underline !== undefined && isParagraph(lines, index)) {
      yield { line: `${underline.startsWith("=") ? "#" : "##"} ${line.trim()}`, heading: headingOf(line, underline) };
      index++;
    } else yield { line };
  }
}

function headingOf(line: string, underline: string): Heading {
  return { level: underline.startsWith("=") ? 1 : 2, text: plain(line) };
}

/** Whether a line stands alone and is text: only such a one can be underlined. */
function isParagraph(lines: string[], index: number): boolean {
  if ((lines[index]?.length ?? 0) > MAX_HEADING_CHARS) return false;
  const isAlone = (lines[index - 1] ?? "").trim() === "";
  return isAlone && /^ {0,3}[^\s>|#-]/.test(lines[index] ?? "");
}

/** A heading without emphasis, code marks and the addresses of its links. */
function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, "")
    .trim();
}

function titleIn(frontMatter: string | undefined): string | undefined {
  const value = /^title:(.*)$/m.exec(frontMatter ?? "")?.[1]?.trim();
  return value?.replace(/^(["'])(.*)\1$/, "$2") || undefined;
}

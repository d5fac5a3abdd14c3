/** A text as the finders read it, and the way back to the text as it was given. */
export interface NormalText {
  text: string;
  /** The place in the given text of the character at `index`. */
  startOf(index: number): number;
  /** The place after the character that ends before `index`; `index` is at least 1. */
  endOf(index: number): number;
}

/** Characters that show nothing and are put between others to hide them: joiners, marks of direction, soft hyphens, tags. */
const INVISIBLE = /\p{Cf}|\u034f|[\ufe00-\ufe0f]/u;
/** A break as JSON and source code write it; it takes two units before and after. */
const ESCAPED_BREAK = /\\[nrt]/g;
const NOT_ASCII = /[^\0-\x7f]/;
/** Digits of other scripts, ten in a row from these; NFKC leaves them as they are. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];
/** Dashes, quotes and digits that stand for those of a keyboard; each is one unit, as its replacement is. */
const LOOKALIKES =
  /[\u00b4\u02bc\u02bb\u2010-\u2015\u2018\u2019\u201b\u2032\u2212\uff07\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]/g;
const DASHES = /[\u2010-\u2015\u2212]/;
const ALL_INVISIBLE = new RegExp(INVISIBLE, "gu");
/** What joins the character before it: combining marks, and the later letters of a Hangul syllable. */
const JOINS_PREVIOUS = /[\p{M}\u1160-\u11ff\uff9e\uff9f]/u;

/**
 * NFKC without invisible characters, dashes and quotes as on a keyboard. Line breaks that
 * stand in the text as `\n` are breaks. Takes time linear in the text.
 */
export function normalise(given: string): NormalText {
  const normal = normaliseUnescaped(given);
  return normal.text.includes("\\") ? { ...normal, text: normal.text.replace(ESCAPED_BREAK, "\n ") } : normal;
}

function normaliseUnescaped(given: string): NormalText {
  if (!NOT_ASCII.test(given)) return unmoved(given);
  if (!INVISIBLE.test(given) && given.normalize("NFKC") === given) return unmoved(likeKeyboard(given));
  return moved(given);
}

function unmoved(text: string): NormalText {
  return { text, startOf: (index) => index, endOf: (index) => index };
}

function likeKeyboard(text: string): string {
  return text.replace(LOOKALIKES, (mark) => {
    const zero = ZEROS.findLast((first) => mark.charCodeAt(0) >= first) ?? 0;
    if (mark.charCodeAt(0) - zero < 10) return String(mark.charCodeAt(0) - zero);
    return DASHES.test(mark) ? "-" : "'";
  });
}

/** Cluster by cluster, so that every unit of the result knows the cluster that it comes from. */
function moved(given: string): NormalText {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = 0; start < given.length; ) {
    const end = clusterEnd(given, start);
    const piece = normalCluster(given.slice(start, end));
    pieces.push(piece);
    for (let unit = 0; unit < piece.length; unit += 1) {
      starts.push(start);
      ends.push(end);
    }
    start = end;
  }
  return {
    text: pieces.join(""),
    startOf: (index) => starts[index] ?? given.length,
    endOf: (index) => ends[index - 1] ?? 0,
  };
}

function clusterEnd(given: string, start: number): number {
  let end = start + widthAt(given, start);
  while (end < given.length && given.charCodeAt(end) > 0x7f && joinsPrevious(given, end)) end += widthAt(given, end);
  return end;
}

function joinsPrevious(given: string, index: number): boolean {
  return JOINS_PREVIOUS.test(String.fromCodePoint(given.codePointAt(index) ?? 0));
}

function widthAt(given: string, index: number): 1 | 2 {
  return (given.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function normalCluster(cluster: string): string {
  if (cluster.length === 1 && cluster.charCodeAt(0) < 0x80) return cluster;
  const visible = cluster.replace(ALL_INVISIBLE, "");
  return likeKeyboard(visible.normalize("NFKC"));
}

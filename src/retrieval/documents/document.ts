/** A document that was read, before it is cut into chunks. */
export interface ReadDocument {
  /** What the document calls itself. */
  title?: string | undefined;
  /** How many pages it has; null where there are none. */
  pages: number | null;
  sections: Section[];
}

/** A part of a document that no chunk reaches out of. */
export interface Section {
  /** Path of headings that lead to it, e.g. `Leave > Sick leave`. */
  heading?: string | undefined;
  /** From 1; null where the document has no pages. */
  page: number | null;
  /** Prose; undefined where there are records. */
  text?: string;
  /** Each is kept whole where it fits into a chunk; several may share one. */
  records?: string[];
}

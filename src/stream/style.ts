import type { WireError } from "./encode.ts";

/** How one answer is written for a client of another dialect than the contract's. */
export interface AnswerStyle {
  /** Id of the answer. */
  id: string;
  /** Groups answers that belong together, for clients that know such a thing. */
  episodeId?: string | undefined;
  /** Reasoning stands there twice: as `reasoning` and as `reasoning_content`. */
  copiesReasoning?: boolean;
  /** The end of a stream: its usage as in the contract, in a chunk without choices, or none. */
  streamUsage: "contract" | "apart" | "none";
  /** Chunks of a stream have `generated_text`: null until the choice ends, then all of its text. */
  hasGeneratedText?: boolean;
  /** References are the first event of a stream, and always a field of a body. */
  hasReferencesApart?: boolean;
  /** An error inside a stream. */
  toErrorEvent(error: WireError): unknown;
}

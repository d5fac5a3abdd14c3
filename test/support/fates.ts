import type { FailureKind } from "../../src/errors.ts";
import type { Answer } from "./upstream.ts";

/** What becomes of a request whose upstream does something wrong, where no other one can help. */
export type Fate =
  /** A status, and the failure in the record; nothing else is seen of it, and another candidate helps. */
  | { end: "fails"; kind: FailureKind; says: number; status: number | null; retryAfter?: string; calls?: number }
  /** It has begun: an error chunk in the stream. Nobody helps. */
  | { end: "cut"; says: number }
  /** It takes nothing from the answer; the cost may be less sure. */
  | { end: "answers"; certainty?: "estimated" };

/** What an upstream does wrong, to a request that wants a stream and to one that wants the answer whole. */
export interface Fault {
  name: string;
  streamed: Scene;
  whole: Scene;
  /** A timeout of the row runs out. */
  isSlow?: boolean;
  /** Nothing listens. */
  isRefused?: boolean;
}

export interface Scene {
  answer: Answer;
  fate: Fate;
}

/** A failure of an upstream that answered with `status`; `says` is the client's. */
export const fails = (kind: FailureKind, says: number, status: number | null = 200): Fate & { end: "fails" } => {
  return { end: "fails", kind, says, status };
};
export const cut = (says = 502): Fate => ({ end: "cut", says });
export const ANSWERS: Fate = { end: "answers" };
export const ESTIMATED: Fate = { end: "answers", certainty: "estimated" };
export const MALFORMED = fails("malformed", 502);
export const INTERRUPTED = fails("interrupted", 502);

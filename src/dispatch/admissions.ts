import type { Candidate } from "../routing/plan.ts";
import type { Dispatch } from "./dispatch.ts";

/** Candidates of one walk that have been let in, until their turns are over. */
export class Admissions {
  readonly #admit: Dispatch["admit"];
  /** What is to be called when a candidate's turn is over. */
  readonly #releases = new Map<Candidate, () => void>();

  constructor(admit: Dispatch["admit"]) {
    this.#admit = admit;
  }

  /** Lets a candidate in; false when it must not be tried right now. */
  admit(candidate: Candidate): boolean {
    // Who passes a router's gate has been let in.
    if (candidate.target?.member) return true;
    const release = this.#admit ? this.#admit(candidate.endpoint) : () => {};
    if (!release) return false;
    this.#releases.set(candidate, release);
    return true;
  }

  /** The candidate's turn is over. Safe at any time. */
  release(candidate: Candidate): void {
    this.#releases.get(candidate)?.();
    this.#releases.delete(candidate);
  }

  releaseAll(): void {
    for (const candidate of this.#releases.keys()) this.release(candidate);
  }
}

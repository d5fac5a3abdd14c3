import type { ChatRequest } from "../schema/chat.ts";
import { shortened } from "./shorten.ts";
import type { Turn } from "./turn.ts";

/** The bodies that were sent upstream, for a client that wants to see them in its stream. */
export class Echo {
  /** One for each attempt; what has been shown is taken out. */
  readonly bodies: unknown[] = [];
  readonly #isWanted: boolean;

  constructor({ stream, debug }: ChatRequest) {
    this.#isWanted = stream === true && debug?.echo_upstream_body === true;
  }

  take({ attempt, failures }: Turn): void {
    if (!this.#isWanted) return;
    for (const failed of failures) this.bodies.push(shortened(failed.attempt.sentBody));
    if (attempt) this.bodies.push(shortened(attempt.sentBody));
  }
}

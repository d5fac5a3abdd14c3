import type { GenerationRecord } from "../schema/generation.ts";
import type { AnswerEnd } from "./answer.ts";
import type { Dispatch } from "./dispatch.ts";
import { toGenerationRecord } from "./record.ts";

type End = AnswerEnd | { how: "failed" };

/**
 * The records of one answer whose choices are calls of their own. They are kept back until the answer has ended and every
 * call has told its own end; the record that has the answer's id is booked last, and releases what was held for all.
 */
export class ChoiceBooks {
  readonly #request: Dispatch;
  readonly #records: (GenerationRecord | undefined)[] = [];
  /** Whether a call is still to have its record. */
  readonly #isOwed: (hasRecord: (index: number) => boolean) => boolean;
  #end: End | undefined;
  #isBooked = false;

  constructor(request: Dispatch, isOwed: (hasRecord: (index: number) => boolean) => boolean) {
    this.#request = request;
    this.#isOwed = isOwed;
  }

  /** The record of a call. */
  keep(index: number, record: GenerationRecord): void {
    this.#records[index] = record;
    this.look();
  }

  /** The answer has ended; the first end counts. */
  end(end: End): void {
    this.#end ??= end;
    this.look();
  }

  /** Books all that there is, once nothing is missing. */
  look(): void {
    const end = this.#end;
    if (!end || this.#isBooked || this.#isOwed((index) => this.#records[index] !== undefined)) return;
    this.#isBooked = true;
    const [first, ...others] = [...this.#records];
    if (this.#records.length === 0) return;
    const { settle, settleChoice = settle } = this.#request;
    for (const record of others) if (record) settleChoice(ofAnswer(record, end));
    const own = ofAnswer(first ?? this.#recordOfNobody(), end);
    // Its id is the answer's: it tells whether the client had all of it.
    settle(end.how === "cancelled" ? { ...own, outcome: "cancelled", finishReason: null } : own);
  }

  /** The first choice called nobody, but others have. */
  #recordOfNobody(): GenerationRecord {
    const { chat, identity, plan } = this.#request;
    const nobody = { attempt: undefined, failures: [], outrun: [], abandoned: [] };
    const record = toGenerationRecord({ chat, identity, ...nobody, outcome: "failed" });
    return { ...record, modelId: plan.models[0] ?? "" };
  }
}

/** An answer that was kept from its client was so as a whole. */
function ofAnswer(record: GenerationRecord, end: End): GenerationRecord {
  if (end.how !== "refused" || record.outcome !== "finished") return record;
  const { finishReason } = end;
  return { ...record, finishReason, outcome: finishReason === "content_filter" ? "finished" : "cut" };
}

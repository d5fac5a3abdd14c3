/** Members that are remembered; the one that was set down first goes first. */
const MAX_MEMBERS = 512;

/** Until when members of routers are passed over. Times are milliseconds since the epoch and come from the caller. */
export class MemberCooldowns {
  readonly #untilMs = new Map<string, number>();

  /** A time that was set before and is later stays. */
  cool(member: string, untilMs: number): void {
    const known = this.#untilMs.get(member) ?? 0;
    this.#untilMs.delete(member);
    this.#untilMs.set(member, Math.max(known, untilMs));
    const [oldest] = this.#untilMs.keys();
    if (this.#untilMs.size > MAX_MEMBERS && oldest !== undefined) this.#untilMs.delete(oldest);
  }

  coolUntil(member: string, nowMs: number): number | undefined {
    const untilMs = this.#untilMs.get(member);
    return untilMs !== undefined && untilMs > nowMs ? untilMs : undefined;
  }

  /** Forgets everything, as a fresh isolate would know it. */
  clear(): void {
    this.#untilMs.clear();
  }
}

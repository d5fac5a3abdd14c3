import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../src/errors.ts";
import { type Cold, Cooldowns, type Outcome } from "../../src/health/cooldown.ts";
import { SECOND_MS, START_MS } from "./notes.ts";

const at = (seconds: number) => START_MS + Math.round(seconds * SECOND_MS);

const ok: Outcome = { ok: true };
const failed = (kind: FailureKind, retryAfterSeconds?: number): Outcome => ({
  kind,
  ...(retryAfterSeconds !== undefined && { retryAfterMs: retryAfterSeconds * SECOND_MS }),
});
const down = failed("overloaded");

/** Outcomes by letter: a success, a failure, a rate limit, a refused key. */
const KINDS: Record<string, FailureKind | undefined> = {
  s: undefined,
  f: "overloaded",
  r: "rate_limited",
  u: "unauthorized",
};

/** What happened to the endpoint `a`: seconds and a letter, with the seconds to wait that a failure asks for, `3r 9r20`. */
function afterEvents(
  events: string,
  kindOf: (letter: string) => FailureKind | undefined = (letter) => KINDS[letter],
): Cooldowns {
  const cooldowns = new Cooldowns();
  for (const [, seconds, letter = "", wait] of events.matchAll(/([\d.]+)([a-z])(\d+)?/g)) {
    const kind = kindOf(letter);
    cooldowns.note("a", kind ? failed(kind, wait ? Number(wait) : undefined) : ok, at(Number(seconds)));
  }
  return cooldowns;
}

/** Failures that open a circuit at 20 s, for 5 s. */
const OPENED = "8f 11f 14f 17f 20f";

/** Seconds for which the endpoint is cold, and why. */
function coldFor(cooldowns: Cooldowns, seconds: number): [number, Cold["why"]] | undefined {
  const cold = cooldowns.coldUntil("a", at(seconds));
  return cold && [(cold.untilMs - at(seconds)) / SECOND_MS, cold.why];
}

describe("an endpoint is left alone", () => {
  it.each<[name: string, events: string, askedAt: number, expected: [number, Cold["why"]] | undefined]>([
    ["as long as a rate limit asks for", "0r7", 1, [6, "rate_limited"]],
    ["as long as an overload asks for", "0f7", 0, [7, "rate_limited"]],
    ["until the wait is over", "0r7", 7, undefined],
    ["a minute at most", "0r86400", 0, [60, "rate_limited"]],
    ["until the later of two waits", "0r20 1r2", 1, [19, "rate_limited"]],
    ["also when something that began before still succeeds", "0r7 1s", 2, [5, "rate_limited"]],
    ["not after a single rate limit without a wait", "0r", 0, undefined],
    ["not for a wait of no time", "0r0", 0, undefined],
    ["two seconds after the second in a row", "0r 9r", 9, [2, "backing_off"]],
    ["not when the two lie far apart", "0r 10.5r", 10.5, undefined],
    ["not when a success came between", "0r 1s 2r", 2, undefined],
    ["not when a success came between while it was cold", "0r 1r 2s 4r", 4, undefined],
    ["twice as long after the third", "0r 1r 4r", 4, [4, "backing_off"]],
    ["no longer for those that were under way", "0r 1r 1.1r 1.2r", 2, [1, "backing_off"]],
    ["half a minute at most", "0r 1r 4r 9r 18r 35r 66r 97r", 97, [30, "backing_off"]],
    ["from the beginning after a long rest", "0r 1r 4r 19r", 19, undefined],
    ["once it failed five times in ten seconds and more", OPENED, 20, [5, "circuit_open"]],
    ["until the circuit is half open", OPENED, 25, undefined],
    ["not after four failures", "8f 12f 16f 20f", 20, undefined],
    ["not after five in less than ten seconds", "10.5f 12f 14f 16f 20f", 20, undefined],
    ["not when a success came between failures", "8f 11f 14f 17f 18s 20f", 20, undefined],
    ["not when the failures are history", "0f 1f 2f 3f 400f", 400, undefined],
    ["also when rate limits came between failures", "8f 11f 14f 17f 18r 20f", 20, [5, "circuit_open"]],
    ["no longer for failures that were under way", `${OPENED} 21f 22f`, 22, [3, "circuit_open"]],
    ["twice as long when it fails again", `${OPENED} 26f`, 26, [10, "circuit_open"]],
    ["a minute at most when it goes on failing", `${OPENED} 26f 37f 60f 110f 180f`, 180, [60, "circuit_open"]],
    ["not when it has recovered", `${OPENED} 26s 27f`, 27, undefined],
    ["no longer when it recovers early", `${OPENED} 21s`, 21, undefined],
    ["no longer when that was long ago", `${OPENED} 400f`, 400, undefined],
    ["not when it refuses the key now and then", "0u 1f 2u 3u", 3, undefined],
    ["for half a minute when it refuses the key again and again", "0u 0u 0u", 0, [30, "circuit_open"]],
    ["for a minute when it does so after that", "0u 0u 0u 31u", 31, [60, "circuit_open"]],
    ["first as long as it asks for, then as its circuit is open", "8f 11f 14f 17f 20f2", 21, [1, "rate_limited"]],
    ["then as its circuit is open", "8f 11f 14f 17f 20f2", 22, [3, "circuit_open"]],
  ])("%s", (_, events, askedAt, expected) => {
    expect(coldFor(afterEvents(events), askedAt)).toEqual(expected);
  });

  it.each<FailureKind>(["context_exceeded", "moderated", "rejected"])("never for what is %s", (kind) => {
    expect(
      coldFor(
        afterEvents(`${OPENED} 20f30`, () => kind),
        20,
      ),
    ).toBeUndefined();
  });

  it.each<FailureKind>(["timed_out", "unreachable", "not_found", "empty", "malformed", "interrupted"])(
    "for being %s as for an overload",
    (kind) => {
      expect(
        coldFor(
          afterEvents(OPENED, () => kind),
          20,
        ),
      ).toEqual([5, "circuit_open"]);
    },
  );

  it.each([
    { chance: 0, seconds: 24 },
    { chance: 0.5, seconds: 30 },
    { chance: 1, seconds: 36 },
  ])("$seconds s with the chance $chance", ({ chance, seconds }) => {
    const cooldowns = new Cooldowns();
    for (let refusals = 0; refusals < 3; refusals++) cooldowns.note("a", failed("unauthorized"), at(0), chance);
    expect(coldFor(cooldowns, 0)).toEqual([seconds, "circuit_open"]);
  });

  it("alone", () => {
    expect(afterEvents("0r7").coldUntil("b", at(0))).toBeUndefined();
  });
});

describe("a probe", () => {
  const halfOpen = () => afterEvents(OPENED);

  it("is the only one to pass a half-open circuit", () => {
    const cooldowns = halfOpen();
    const pass = cooldowns.acquire("a", at(25));
    expect(pass).toEqual({ isProbe: true });
    expect(cooldowns.acquire("a", at(26))).toBeUndefined();
    expect(cooldowns.mayProbe("a", at(26))).toBe(false);
    expect(coldFor(cooldowns, 26)).toEqual([1, "circuit_open"]);
  });

  it.each<[name: string, outcome: Outcome | undefined, expected: boolean]>([
    ["the same is asked again, when it told nothing", undefined, true],
    ["the same is asked again, when the request was at fault", failed("rejected"), true],
    ["all may pass, when it succeeded", ok, false],
  ])("is over with its attempt: %s", (_, outcome, isProbe) => {
    const cooldowns = halfOpen();
    const pass = cooldowns.acquire("a", at(25));
    if (outcome) cooldowns.note("a", outcome, at(26));
    if (pass) cooldowns.release("a", pass);
    expect(cooldowns.acquire("a", at(26))).toEqual({ isProbe });
    expect(coldFor(cooldowns, 26)?.[1]).toEqual(isProbe ? "circuit_open" : undefined);
  });

  it("that fails opens the circuit for longer, and another may be made", () => {
    const cooldowns = halfOpen();
    const pass = cooldowns.acquire("a", at(25));
    cooldowns.note("a", down, at(26));
    expect(coldFor(cooldowns, 26)).toEqual([10, "circuit_open"]);
    if (pass) cooldowns.release("a", pass);
    expect(cooldowns.mayProbe("a", at(26))).toBe(true);
  });

  it("that fails twice opens the circuit for longer once", () => {
    const cooldowns = halfOpen();
    cooldowns.acquire("a", at(25));
    cooldowns.note("a", down, at(26));
    cooldowns.note("a", down, at(26));
    expect(coldFor(cooldowns, 26)).toEqual([10, "circuit_open"]);
  });

  it("stays the only one when something that began before it fails", () => {
    const cooldowns = halfOpen();
    cooldowns.acquire("a", at(25));
    cooldowns.note("a", down, at(26));
    expect(cooldowns.acquire("a", at(37))).toBeUndefined();
  });

  it("that was lost is given up", () => {
    const cooldowns = halfOpen();
    const lost = cooldowns.acquire("a", at(25));
    expect(cooldowns.acquire("a", at(84))).toBeUndefined();
    expect(cooldowns.acquire("a", at(85))).toEqual({ isProbe: true });
    if (lost) cooldowns.release("a", lost);
    expect(cooldowns.acquire("a", at(86))).toBeUndefined();
  });

  it("may be made of an open circuit where there is no other choice", () => {
    const cooldowns = afterEvents("0u 0u 0u");
    expect(cooldowns.mayProbe("a", at(1))).toBe(true);
    expect(cooldowns.acquire("a", at(1))).toEqual({ isProbe: true });
    expect(cooldowns.mayProbe("a", at(1))).toBe(false);
    cooldowns.note("a", failed("unauthorized"), at(2));
    expect(coldFor(cooldowns, 2)).toEqual([60, "circuit_open"]);
  });

  it("is never made of an endpoint that asked to be left alone", () => {
    const cooldowns = afterEvents(`${OPENED} 20f7`);
    expect(cooldowns.mayProbe("a", at(26))).toBe(false);
    expect(cooldowns.acquire("a", at(26))).toBeUndefined();
    expect(cooldowns.acquire("a", at(27))).toEqual({ isProbe: true });
  });

  it("is nothing that a closed circuit needs", () => {
    const cooldowns = afterEvents("0f");
    expect(cooldowns.mayProbe("a", at(0))).toBe(false);
    for (const id of ["a", "a", "b"]) expect(cooldowns.acquire(id, at(0))).toEqual({ isProbe: false });
  });
});

describe("cooldowns of any course of events", () => {
  const step = fc.record({
    afterMs: fc.nat(20_000),
    kind: fc.constantFrom<FailureKind | "ok">(
      "ok",
      "rate_limited",
      "overloaded",
      "unauthorized",
      "rejected",
      "timed_out",
    ),
    retryAfterMs: fc.option(fc.nat(200_000), { nil: undefined }),
    chance: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it("end within 72 s, open for none after a success, and let one probe pass at a time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cooldowns = new Cooldowns();
        let nowMs = START_MS;
        for (const { afterMs, kind, retryAfterMs, chance } of steps) {
          nowMs += afterMs;
          cooldowns.note("a", kind === "ok" ? ok : { kind, retryAfterMs }, nowMs, chance);
          const cold = cooldowns.coldUntil("a", nowMs);
          if (cold) expect(cold.untilMs).toBeGreaterThan(nowMs);
          if (cold) expect(cold.untilMs - nowMs).toBeLessThanOrEqual(72_000);
          if (kind === "ok") expect(cold?.why).not.toBe("circuit_open");
          const passes = [1, 2, 3].map(() => cooldowns.acquire("a", nowMs));
          expect(passes.filter((pass) => pass?.isProbe).length).toBeLessThanOrEqual(1);
          if (cold?.why === "rate_limited") expect(passes).toEqual([undefined, undefined, undefined]);
          const isFree = passes.every((pass) => pass && !pass.isProbe);
          if (isFree) expect([undefined, "backing_off"]).toContain(cold?.why);
          if (chance < 0.5) for (const pass of passes) if (pass) cooldowns.release("a", pass);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are of 512 endpoints at most, the latest", () => {
    const cooldowns = new Cooldowns();
    const refuse = (id: string, seconds: number) => {
      for (let refusals = 0; refusals < 3; refusals++) cooldowns.note(id, failed("unauthorized"), at(seconds));
    };
    for (let number = 0; number < 512; number++) refuse(`e${number}`, 0);
    refuse("e0", 1);
    refuse("another", 1);
    const isCold = ["e0", "e1", "e2", "another"].map((id) => cooldowns.coldUntil(id, at(1)) !== undefined);
    expect(isCold).toEqual([true, false, true, true]);
  });
});

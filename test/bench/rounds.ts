import { type Cores, coreBusyMs, cpuMs } from "./machine.ts";

/** Values of one metric for one server, a round each. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** The servers take turns; a round that other programs disturbed is measured anew, up to half as often again as asked. */
export interface RoundOptions {
  rounds: number;
  cores: Cores | undefined;
  /** Told once for each disturbed measurement. */
  onDisturbed: () => void;
}

/** Other programs may use this share of the measured core. */
const MAX_DISTURBANCE = 0.05;
/** Rounds that are tried for each one that is asked for. */
const MAX_ATTEMPTS = 1.5;
/** Processor time is counted in steps of 10 ms, once for the core and once for the process. */
const COUNTING_ERROR_MS = 20;

/**
 * Measures every contestant once a round, in turn, after a warm-up that is not counted. The values of a round stand at
 * the same index. When too many rounds are disturbed, the disturbed ones count as well.
 */
export async function inRounds<C extends { pid: number }>(
  contestants: C[],
  measure: (contestant: C) => Promise<number>,
  { rounds, cores, onDisturbed }: RoundOptions,
): Promise<number[][]> {
  for (const contestant of contestants) await measure(contestant);
  const clean: number[][] = [];
  const disturbed: number[][] = [];
  while (clean.length < rounds && clean.length + disturbed.length < MAX_ATTEMPTS * rounds) {
    let isDisturbed = false;
    const values: number[] = [];
    for (const contestant of contestants) {
      const wasDisturbed = watchOthers(contestant.pid, cores);
      values.push(await measure(contestant));
      isDisturbed ||= wasDisturbed();
    }
    (isDisturbed ? disturbed : clean).push(values);
    if (isDisturbed) onDisturbed();
  }
  const counted = [...clean, ...disturbed].slice(0, rounds);
  return contestants.map((_, index) => counted.map((values) => values[index] ?? Number.NaN));
}

/** Starts to watch; the function it gives tells whether programs other than `pid` have used too much of its core since. */
export function watchOthers(pid: number, cores: Cores | undefined): () => boolean {
  if (!cores) return () => false;
  const othersMs = () => coreBusyMs(cores.measured) - cpuMs(pid);
  const startMs = performance.now();
  const before = othersMs();
  return () => (othersMs() - before - COUNTING_ERROR_MS) / (performance.now() - startMs) > MAX_DISTURBANCE;
}

export function summarize(values: number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle - 1)] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

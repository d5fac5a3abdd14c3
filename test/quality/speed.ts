const WARM_RUNS = 200;
const RUNS = 100;

/**
 * What a piece of work costs once it is warm: milliseconds, and how many times as much as `JSON.parse` of the same text.
 * Each is the median of its runs.
 */
export async function costOf(text: string, work: () => Promise<unknown>): Promise<{ ms: number; ratio: number }> {
  const json = JSON.stringify(text);
  for (let run = 0; run < WARM_RUNS; run++) await work();
  for (let run = 0; run < WARM_RUNS; run++) JSON.parse(json);
  const ms = await medianMs(work, 1);
  // One parse is shorter than what the clock tells apart.
  const parseMs = await medianMs(() => JSON.parse(json), 100);
  return { ms, ratio: ms / parseMs };
}

async function medianMs(work: () => unknown, times: number): Promise<number> {
  const all: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedAtMs = performance.now();
    for (let time = 0; time < times; time++) await work();
    all.push((performance.now() - startedAtMs) / times);
  }
  return all.sort((a, b) => a - b)[RUNS / 2] ?? Number.NaN;
}

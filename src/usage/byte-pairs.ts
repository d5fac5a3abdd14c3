/**
 * Byte pair encoding. Texts are binary strings here, one character for each byte, so that pieces of them can be looked
 * up; ranks are token numbers, the lower the earlier a pair is joined.
 */
export type Ranks = ReadonlyMap<string, number>;

/** Keeps rank and place of a pair in one number; places stay below this. */
const PLACES = 2 ** 24;

/**
 * The tokens of one piece of a text, in time n log n: a client may send a word of any length. Joins the pair of the
 * lowest rank, of equals the first, until there is none. Every single byte must have a rank.
 */
export function joinPairs(bytes: string, ranks: Ranks): number[] {
  const whole = ranks.get(bytes);
  if (whole !== undefined) return [whole];
  const count = bytes.length;
  // Of each part, by the place where it begins: where the next one begins, and the one before.
  const next = Uint32Array.from({ length: count + 1 }, (_, place) => place + 1);
  const before = Int32Array.from({ length: count + 1 }, (_, place) => place - 1);
  /** Of a part with the next one; -1 where they make no token, and of parts that are joined. */
  const pairRanks = new Int32Array(count).fill(-1);
  const heap = new NumberHeap();
  const look = (place: number) => {
    const middle = next[place] ?? count;
    const rank = middle < count ? (ranks.get(bytes.slice(place, next[middle])) ?? -1) : -1;
    pairRanks[place] = rank;
    if (rank !== -1) heap.push(rank * PLACES + place);
  };
  for (let place = 0; place < count; place++) look(place);
  for (let first = heap.pop(); first !== undefined; first = heap.pop()) {
    const place = first % PLACES;
    if (pairRanks[place] !== (first - place) / PLACES) continue;
    const joined = next[place] as number;
    const after = next[joined] as number;
    next[place] = after;
    before[after] = place;
    pairRanks[joined] = -1;
    look(place);
    const previous = before[place] as number;
    if (previous >= 0) look(previous);
  }
  const tokens: number[] = [];
  for (let place = 0; place < count; place = next[place] as number)
    tokens.push(ranks.get(bytes.slice(place, next[place])) as number);
  return tokens;
}

/** Gives the least of its numbers first. */
class NumberHeap {
  readonly #numbers: number[] = [];

  push(number: number): void {
    const numbers = this.#numbers;
    let place = numbers.push(number) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = numbers[parent] as number;
      if (above <= number) break;
      numbers[place] = above;
      place = parent;
    }
    numbers[place] = number;
  }

  pop(): number | undefined {
    const numbers = this.#numbers;
    const [least] = numbers;
    const last = numbers.pop();
    if (last === undefined || numbers.length === 0) return least;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= numbers.length) break;
      if (child + 1 < numbers.length && (numbers[child + 1] as number) < (numbers[child] as number)) child++;
      if ((numbers[child] as number) >= last) break;
      numbers[place] = numbers[child] as number;
      place = child;
    }
    numbers[place] = last;
    return least;
  }
}

/** A slot's counts, with zeros left out: the slot, then column and count by turns. */
export type SparseRow = number[];

/**
 * Counts by slots of time, the newest slots only: a slot's cells are reused once the time has gone round. A window of n
 * slots ends with the running one, so what was counted leaves it after at most n slots, and at least n - 1.
 */
export class Ring {
  readonly #slotMs: number;
  readonly #slots: number;
  readonly #width: number;
  readonly #cells: Uint16Array | Uint32Array;
  /** Counts stay here rather than start again from 0. */
  readonly #limit: number;
  /** Which slot the cells of each position hold, counted from the epoch. */
  readonly #held: Float64Array;

  /** `cells` has `width` columns for each slot; its type is what fits the counts of one slot. */
  constructor(slotMs: number, width: number, cells: Uint16Array | Uint32Array) {
    this.#slotMs = slotMs;
    this.#width = width;
    this.#slots = cells.length / width;
    this.#cells = cells;
    this.#limit = 2 ** (8 * cells.BYTES_PER_ELEMENT) - 1;
    this.#held = new Float64Array(this.#slots);
  }

  /** The slot of a time, counted from the epoch. */
  slotAt(atMs: number): number {
    return Math.floor(atMs / this.#slotMs);
  }

  add(slot: number, column: number, count: number): void {
    const start = this.#claim(slot);
    if (start < 0) return;
    const cell = start + column;
    this.#cells[cell] = Math.min((this.#cells[cell] ?? 0) + count, this.#limit);
  }

  /** The count of a slot; 0 when it is no longer held. */
  get(slot: number, column: number): number {
    const start = this.#find(slot);
    return start < 0 ? 0 : (this.#cells[start + column] ?? 0);
  }

  /** Totals by column over the last slots, the running one included. */
  totals(nowMs: number, slots = this.#slots): Float64Array {
    const cells = this.#cells;
    const width = this.#width;
    const totals = new Float64Array(width);
    const newest = this.slotAt(nowMs);
    for (let slot = newest; slot > newest - slots; slot--) {
      const start = this.#find(slot);
      if (start < 0) continue;
      for (let column = 0; column < width; column++) {
        totals[column] = (totals[column] ?? 0) + (cells[start + column] ?? 0);
      }
    }
    return totals;
  }

  /** Everything in the window that is not 0, oldest first. */
  rows(nowMs: number): SparseRow[] {
    const rows: SparseRow[] = [];
    const newest = this.slotAt(nowMs);
    for (let slot = newest - this.#slots + 1; slot <= newest; slot++) {
      const row = [slot];
      for (let column = 0; column < this.#width; column++) {
        const count = this.get(slot, column);
        if (count > 0) row.push(column, count);
      }
      if (row.length > 1) rows.push(row);
    }
    return rows;
  }

  /** Adds rows of a ring like this one. What a clock ahead of ours calls the future counts as now. */
  addRows(rows: SparseRow[], nowMs: number): void {
    const newest = this.slotAt(nowMs);
    for (const row of rows) {
      const slot = Math.min(row[0] ?? 0, newest);
      for (let at = 1; at + 1 < row.length; at += 2) {
        const column = row[at] ?? 0;
        if (column < this.#width) this.add(slot, column, row[at + 1] ?? 0);
      }
    }
  }

  /** First cell of a slot; -1 when it is not held. */
  #find(slot: number): number {
    const position = slot % this.#slots;
    return this.#held[position] === slot ? position * this.#width : -1;
  }

  /** First cell of a slot, emptied of an older one; -1 when a newer slot has its place. */
  #claim(slot: number): number {
    const position = slot % this.#slots;
    const held = this.#held[position] ?? 0;
    const start = position * this.#width;
    if (held === slot) return start;
    if (held > slot) return -1;
    this.#held[position] = slot;
    this.#cells.fill(0, start, start + this.#width);
    return start;
  }
}

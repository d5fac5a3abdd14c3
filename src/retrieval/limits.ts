/** How much fits. */
export const LIMITS = {
  bytesPerDocument: 10 * 1024 * 1024,
  chunksPerDocument: 2_000,
  chunksPerTable: 20_000,
  tablesPerProject: 100,
  /** Numbers in all vectors of a table: every search reads them all. */
  floatsPerTable: 20_000_000,
  rowsPerCall: 200,
  /** A row is one chunk, never split. */
  charsPerRow: 100_000,
} as const;

/** Of an id, which names the table in its store and in requests. */
export const TABLE_ID = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?$/;
export const TABLE_ID_RULE = '1 to 100 letters, digits, "_", "-" or ".", beginning and ending with a letter or a digit';

/** Which limit a table would break with more chunks; undefined when none. `dimensions` is null without vectors. */
export function refusalOf(chunks: number, dimensions: number | null): string | undefined {
  const { chunksPerTable, floatsPerTable } = LIMITS;
  if (chunks > chunksPerTable) return `a table holds at most ${chunksPerTable} chunks, and this would make ${chunks}`;
  const floats = chunks * (dimensions ?? 0);
  if (floats > floatsPerTable)
    return `a table holds at most ${floatsPerTable} numbers in its vectors, and this would make ${floats}`;
  return undefined;
}

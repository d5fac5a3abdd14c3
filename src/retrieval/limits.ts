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

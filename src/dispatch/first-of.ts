/** What the first of some promises gives; `late` when none of them has settled after so many milliseconds. */
export async function firstOf<Result>(
  promises: Promise<Result>[],
  lateAfterMs: number | undefined,
): Promise<Result | "late"> {
  if (lateAfterMs === undefined) return Promise.race(promises);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), Math.max(0, lateAfterMs));
  });
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was counted in one second. */
export interface Second {
  successes: number;
  failures: number;
}

const FEW_FAILURES = 3;
const FEW_FAILURES_SHARE = 0.1;
const MOST_FAIL_ATTEMPTS = 4;
const MOST_FAIL_SHARE = 0.5;

/**
 * Whether an endpoint has a significant outage: three failures or more that are a tenth of its attempts, or half of
 * four attempts or more. Neither rate limits nor what was the client's fault are attempts here. `seconds` is the window,
 * newest first.
 *
 * The outage ends with the window, or before it with a run of successes as long as there are attempts to each failure:
 * an endpoint that only failed is back after two answers, for as a last resort it gets few; one that fails each tenth
 * time is back after ten, for a shorter run is no news of it. The run is what came in later seconds than the last
 * failure; the order inside one second is not kept.
 */
export function isOutage(seconds: Iterable<Second>): boolean {
  let successes = 0;
  let failures = 0;
  let run = 0;
  for (const second of seconds) {
    successes += second.successes;
    failures += second.failures;
    if (failures === 0) run += second.successes;
  }
  const attempts = successes + failures;
  const share = failures / attempts;
  const fails =
    (failures >= FEW_FAILURES && share >= FEW_FAILURES_SHARE) ||
    (attempts >= MOST_FAIL_ATTEMPTS && share >= MOST_FAIL_SHARE);
  const hasRecovered = run * failures >= attempts;
  return fails && !hasRecovered;
}

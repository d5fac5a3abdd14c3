/**
 * Tokens of one answer, as the upstream counted them.
 *
 * The first three numbers are the upstream's own totals and go to the client unchanged. The others are *disjoint*
 * buckets that add up to what is billed: no token is in two of them. What a vendor's number includes is written
 * once, in the usage mapping of its protocol.
 */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;

  /** Prompt tokens that were neither read from nor written to a cache, audio apart. */
  input: number;
  cacheRead: number;
  /** Written to a cache that lives five minutes, or for as long as the vendor likes. */
  cacheWrite: number;
  /** Written to a cache that lives an hour. */
  cacheWrite1h: number;
  inputAudio: number;
  /** Generated tokens that are visible text or tool calls. */
  output: number;
  reasoning: number;
  outputAudio: number;
  outputImage: number;

  /** What the upstream said was read from its cache, when that cannot be so; for display only. */
  reportedCacheRead?: number | undefined;
  /** Video tokens inside `promptTokens`; for display only, they are billed as `input`. */
  inputVideo: number;
  /** Predicted-output tokens, when the vendor reports them; for display only. */
  acceptedPrediction?: number | undefined;
  rejectedPrediction?: number | undefined;
  /** Searches run by the upstream itself. */
  webSearches?: number | undefined;
  /** What the upstream itself says that it charges, in nano-dollars; compared at night, and never charged on. */
  reportedCostNanoUsd?: number | undefined;
}

/** A usage with every count at zero. */
export function emptyUsage(): Usage {
  return {
    promptTokens: 0,
    completionTokens: 0,
    totalTokens: 0,
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWrite1h: 0,
    inputAudio: 0,
    output: 0,
    reasoning: 0,
    outputAudio: 0,
    outputImage: 0,
    inputVideo: 0,
  };
}

/**
 * How sure a cost is. `exact`: the upstream's own final count. `estimated`: counted here. `at_least`: the answer was
 * left before its end, the upstream may have generated more. `unknown`: the endpoint has no price.
 */
export type CostCertainty = "exact" | "estimated" | "at_least" | "unknown";

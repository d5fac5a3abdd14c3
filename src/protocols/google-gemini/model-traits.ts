import type { Quirks } from "../../schema/catalogue.ts";

/** Levels of thinking, weakest first. */
export const THINKING_LEVELS = ["minimal", "low", "medium", "high"] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

/** Rules that differ between generations of Gemini; the vendor names none of them in an answer. */
export interface ModelTraits {
  /**
   * Follows the rules of Gemini 3: thinking is asked for in levels instead of tokens; function calls carry ids; a
   * turn's first function call must carry a signature; functions, search and JSON output go together; a function's
   * result may hold media; there is one candidate.
   */
  isGemini3: boolean;
  /** The levels that the model takes, weakest first. */
  levels: readonly ThinkingLevel[];
  /** The largest thinking budget in tokens. */
  maxBudget: number;
  /** Whether the model goes on writing a last turn of its own, instead of refusing the request. */
  takesPrefill: boolean;
}

/** `gemini-2.5-flash-lite`, `models/gemini-3-pro-preview`, `google/gemini-3.6-flash` */
const VERSIONED = /(?:^|\/)gemini-(\d+)(?:\.(\d+))?(?:-|$)/i;
/** `gemini-flash-latest` and its like lead to the newest model of a line. */
const LATEST = /(?:^|\/)gemini-[a-z-]+-latest$/i;

/** Largest budgets by the vendor's table of thinking budgets: of the 2.5 models only Pro goes higher. */
const MAX_BUDGET = 24_576;
const MAX_PRO_BUDGET = 32_768;

/** What a model's name at the provider says of it; the row's `gemini_3` decides for names that say nothing. */
export function readTraits(model: string, quirks: Quirks): ModelTraits {
  const version = readVersion(model);
  const isGemini3 = quirks.gemini_3 ?? (version !== undefined && version >= 3);
  const isPro = /-pro(-|$)/i.test(model);
  return {
    isGemini3,
    levels: isGemini3 ? levelsOf(version, isPro) : [],
    maxBudget: isPro ? MAX_PRO_BUDGET : MAX_BUDGET,
    takesPrefill: version === undefined || version < 3.5 || (version === 3.5 && !/flash-lite/i.test(model)),
  };
}

function readVersion(model: string): number | undefined {
  const [, major, minor] = VERSIONED.exec(model) ?? [];
  if (major !== undefined) return Number(major) + Number(minor ?? 0) / 10;
  return LATEST.test(model) ? Number.POSITIVE_INFINITY : undefined;
}

/** Pro models, and Flash from 3.7 on, know no `minimal`; the first Pro of the generation knew no `medium` either. */
function levelsOf(version: number | undefined, isPro: boolean): readonly ThinkingLevel[] {
  if (version === 3 && isPro) return ["low", "high"];
  const isWithoutMinimal = isPro || (version !== undefined && version >= 3.7);
  return isWithoutMinimal ? THINKING_LEVELS.slice(1) : THINKING_LEVELS;
}

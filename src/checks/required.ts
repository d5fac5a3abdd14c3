import type { ChatRequest } from "../schema/chat.ts";
import {
  type InputChecks,
  type OutputChecks,
  type PiiMethod,
  type RequiredChecks,
  requiredChecksSchema,
} from "../schema/checks.ts";
import { checkFailure } from "./failure.ts";

/** The checks of one request: what it, its key and its team ask for together. */
export interface WantedChecks {
  injection: boolean;
  pii: "block" | "replace" | undefined;
  /** How found values are replaced, with `replace`. */
  method: PiiMethod;
  /** Kinds of personal data that are left alone. */
  spared: string[];
  toxicity: boolean;
  factuality: boolean;
}

/**
 * The strictest of what is asked for: one that wants a check is enough, `block` beats `replace`, and only what all that
 * want PII to be looked for leave alone is left alone. Of several ways to replace the key's comes first, then the
 * team's. Throws a check failure for demands of a key or team that cannot be read.
 */
export function wantedChecks(
  { input, output }: Pick<ChatRequest, "input" | "output">,
  key: unknown,
  team: unknown,
): WantedChecks {
  const all: RequiredChecks[] = [readDemands(key), readDemands(team), { input, output }];
  const inputs = all.flatMap(({ input: each }): InputChecks[] => (each ? [each] : []));
  const outputs = all.flatMap(({ output: each }): OutputChecks[] => (each ? [each] : []));
  const withPii = inputs.filter(({ pii }) => pii === "block" || pii === "replace");
  const isBlocked = withPii.some(({ pii }) => pii === "block");
  return {
    injection: inputs.some((each) => each.block_prompt_injection === true),
    pii: isBlocked ? "block" : withPii.length > 0 ? "replace" : undefined,
    method: withPii.find((each) => each.pii_replace_method)?.pii_replace_method ?? "random",
    spared: sparedByAll(withPii),
    toxicity: outputs.some((each) => each.toxicity === true),
    factuality: outputs.some((each) => each.factuality === true),
  };
}

function sparedByAll([first, ...others]: InputChecks[]): string[] {
  const spared = [...new Set<string>(first?.entity_list ?? [])];
  return spared.filter((name) => others.every(({ entity_list: list }) => (list as string[] | null)?.includes(name)));
}

/** What was stored before it was checked may be anything; who demands something unreadable demands something. */
function readDemands(demands: unknown): RequiredChecks {
  if (demands === null || demands === undefined) return {};
  const read = requiredChecksSchema.safeParse(demands);
  if (read.success) return read.data;
  throw checkFailure("The checks of this key or its workspace cannot be read: set them again.");
}

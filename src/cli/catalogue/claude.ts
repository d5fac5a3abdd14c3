import type { Quirks } from "../../schema/catalogue.ts";
import type { Listing } from "./listing.ts";

/** Version of a Claude model by its public id: `anthropic/claude-opus-4.8` → family `opus`, version 4.8. */
const NAME = /^anthropic\/claude-(?:([a-z]+)-)?(\d+(?:\.\d+)?)(?:-([a-z]+))?/;

/** How a Claude model differs from others, wherever Anthropic's format or Converse serves it. */
export function claudeQuirks(id: string, listing: Listing): Quirks {
  const [, before, number, after] = NAME.exec(id) ?? [];
  const family = before ?? after ?? "";
  const version = Number(number);
  const isNewLine = family === "fable" || family === "mythos";
  const thinking = listing.reasoning ? thinkingOf(family, version) : undefined;
  const efforts = listing.reasoning?.efforts?.filter(isLevel);
  return {
    ...(thinking !== undefined && { reasoning_request: thinking }),
    ...(efforts && efforts.length > 0 && { reasoning_efforts: efforts }),
    ...((version >= 4.5 || isNewLine) && { structured_outputs: listing.hasStructuredOutputs }),
    ...((version >= 5 || isNewLine || (family === "opus" && version >= 4.8)) && { system_turns: true }),
    ...((version >= 5.5 || (isNewLine && version >= 5.1)) && { preserved_thinking: true }),
  };
}

function thinkingOf(family: string, version: number): Quirks["reasoning_request"] {
  if (family === "fable" || family === "mythos") return "adaptive_always";
  if (version >= 5.5) return family === "haiku" ? "adaptive_default" : "adaptive_always";
  if (version >= 5) return "adaptive_default";
  return version >= 4.6 ? "adaptive" : "budget";
}

const LEVELS = ["low", "medium", "high", "xhigh", "max"] as const;
type Level = (typeof LEVELS)[number];

function isLevel(effort: string): effort is Level {
  return (LEVELS as readonly string[]).includes(effort);
}

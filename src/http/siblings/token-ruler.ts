import type { TokenRuler } from "../../protocols/whole/embeddings.ts";
import { TOKEN_ESTIMATE_ERROR, textTokens } from "../../usage/count-tokens.ts";

/** What a cut leaves of a character of two units. */
const HALF_CHARACTER = /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g;

/** Counts by estimate, and cuts with room for the error of that. */
export const ESTIMATING_RULER: TokenRuler = {
  count: textTokens,
  cut(text, maxTokens, from) {
    const most = maxTokens / (1 + TOKEN_ESTIMATE_ERROR);
    let kept = text;
    for (let tokens = textTokens(kept); tokens > most && kept !== ""; tokens = textTokens(kept)) {
      const chars = Math.min(kept.length - 1, Math.floor((kept.length * most) / tokens));
      const part = from === "Left" ? kept.slice(kept.length - chars) : kept.slice(0, chars);
      kept = part.replace(HALF_CHARACTER, "");
    }
    return kept;
  },
};

/** A token of a text, by where it stands there. */
export interface TextToken {
  id: number;
  /** In UTF-16 units; `stop` is the unit after the last. */
  start: number;
  stop: number;
  /** What it adds to the text: of a character that takes several tokens, the last of them has all. */
  text: string;
}

/** Tokens that stand for no text of a prompt. */
const SPECIAL = new Map([
  [199_999, "<|endoftext|>"],
  [200_018, "<|endofprompt|>"],
]);

/** The tokens of a text in OpenAI's encoding `o200k_base`. What looks like a special token is text like any other. */
export async function tokenize(text: string): Promise<TextToken[]> {
  const { encode } = await import("gpt-tokenizer/encoding/o200k_base");
  const ids = encode(text, { disallowedSpecial: new Set() });
  const bytesOf = await readRanks();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  let start = 0;
  return ids.map((id, index) => {
    const bytes = bytesOf(id) ?? new Uint8Array();
    const piece = decoder.decode(bytes, { stream: index < ids.length - 1 });
    const token = { id, start, stop: start + piece.length, text: piece };
    start = token.stop;
    return token;
  });
}

/** The text of tokens; `unknown`: the place of the first one that is none. */
export async function detokenize(ids: number[]): Promise<{ text: string } | { unknown: number }> {
  const bytesOf = await readRanks();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  let text = "";
  for (const [index, id] of ids.entries()) {
    const bytes = bytesOf(id);
    if (!bytes) return { unknown: index };
    text += decoder.decode(bytes, { stream: true });
  }
  return { text: text + decoder.decode() };
}

async function readRanks(): Promise<(id: number) => Uint8Array | undefined> {
  const { default: ranks } = await import("gpt-tokenizer/bpeRanks/o200k_base");
  const encoder = new TextEncoder();
  return (id) => {
    const token = ranks[id] ?? SPECIAL.get(id);
    return typeof token === "string" ? encoder.encode(token) : token && Uint8Array.from(token);
  };
}

import { joinPairs, type Ranks } from "./byte-pairs.ts";

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

/** OpenAI's encoding `o200k_base`. */
interface Encoding {
  /** Cuts a text into pieces; no token is in two of them. */
  pieces: RegExp;
  ranks: Ranks;
  /** The bytes of each token, as a binary string. */
  bytes: string[];
}

let encoding: Promise<Encoding> | undefined;

/** The tokens of a text. What looks like a special token is text like any other. */
export async function tokenize(text: string): Promise<TextToken[]> {
  encoding ??= readEncoding();
  const { pieces, ranks, bytes } = await encoding;
  const ids: number[] = [];
  for (const [piece] of text.matchAll(pieces)) for (const id of joinPairs(toBinary(piece), ranks)) ids.push(id);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  let start = 0;
  return ids.map((id, index) => {
    const piece = decoder.decode(toBytes(bytes[id] ?? ""), { stream: index < ids.length - 1 });
    const token = { id, start, stop: start + piece.length, text: piece };
    start = token.stop;
    return token;
  });
}

/** The text of tokens; `unknown`: the place of the first one that is none. */
export async function detokenize(ids: number[]): Promise<{ text: string } | { unknown: number }> {
  encoding ??= readEncoding();
  const { bytes } = await encoding;
  const unknown = ids.findIndex((id) => bytes[id] === undefined && !SPECIAL.has(id));
  if (unknown !== -1) return { unknown };
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });
  const texts = ids.map((id) => decoder.decode(toBytes(bytes[id] ?? SPECIAL.get(id) ?? ""), { stream: true }));
  return { text: texts.join("") + decoder.decode() };
}

async function readEncoding(): Promise<Encoding> {
  const [{ default: tokens }, { O200K_TOKEN_SPLIT_REGEX: pieces }] = await Promise.all([
    import("./o200k.table.ts"),
    import("gpt-tokenizer/encodingParams/constants"),
  ]);
  const bytes = tokens.map((token) => (typeof token === "string" ? toBinary(token) : String.fromCharCode(...token)));
  return { pieces, bytes, ranks: new Map(bytes.map((each, id) => [each, id])) };
}

const ASCII = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();
/** Arguments of one call. */
const MAX_ARGUMENTS = 8_192;

/** UTF-8, one character for each byte. */
function toBinary(text: string): string {
  if (ASCII.test(text)) return text;
  const bytes = encoder.encode(text);
  let binary = "";
  for (let start = 0; start < bytes.length; start += MAX_ARGUMENTS)
    binary += String.fromCharCode(...bytes.subarray(start, start + MAX_ARGUMENTS));
  return binary;
}

function toBytes(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

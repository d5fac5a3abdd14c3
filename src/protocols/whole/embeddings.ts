import type { EmbeddingInput, EmbeddingsRequest } from "../../schema/embeddings.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { readStreamError } from "../openai-chat/failure.ts";
import { malformed, type WholeCall, type WholeResult, type WholeTarget } from "./whole-call.ts";

/** What an upstream needs to be told only if it knows the word: whether a text is asked for or looked at. */
const HINTS = ["input_type"];

/** Fields that are ours, or that are written anew. */
const OWN_FIELDS = new Set([
  ...["provider", "type", "truncate", "truncation_direction", "encoding_format", "session_id", "trace", "metadata"],
  ...["model", "input", "input_type"],
]);

/** How the texts of a request are counted and cut. */
export interface TokenRuler {
  count(text: string): number;
  /** A text that has at most so many tokens, by the end that is kept. */
  cut(text: string, maxTokens: number, from: "Left" | "Right"): string;
}

/** OpenAI's form of a call for embeddings, in floats. */
export function embeddingsCall(request: EmbeddingsRequest, ruler: TokenRuler): WholeCall<number[][]> {
  const inputs = inputsOf(request.input);
  return {
    path: "/embeddings",
    request: (target) => bodyFor(request, target, ruler),
    read: (json) => readEmbeddings(asObject(json), inputs.length),
    estimateTokens: () => inputs.reduce<number>((sum, input) => sum + tokensOf(input, ruler), 0),
  };
}

/** What gets a vector each. */
export function inputsOf(input: EmbeddingsRequest["input"]): EmbeddingInput[] {
  if (typeof input === "string") return [input];
  return input.length > 0 && input.every((one) => typeof one === "number")
    ? [input as number[]]
    : (input as EmbeddingInput[]);
}

/** Tokens of one input; of one with media those of its texts. */
export function tokensOf(input: EmbeddingInput, { count }: Pick<TokenRuler, "count">): number {
  if (typeof input === "string") return count(input);
  if (Array.isArray(input)) return input.length;
  return input.content.reduce((sum, part) => sum + (part.type === "text" ? count(part.text) : 0), 0);
}

function bodyFor(
  request: EmbeddingsRequest,
  { model, supportedParameters, maxPromptTokens }: WholeTarget,
  ruler: TokenRuler,
): { body: Record<string, unknown>; dropped: string[] } {
  const others = Object.entries(request).filter(([name, value]) => !OWN_FIELDS.has(name) && value !== null);
  const body: Record<string, unknown> = { ...Object.fromEntries(others), model, input: request.input };
  const dropped: string[] = [];
  if (request.truncate && maxPromptTokens !== undefined) {
    const from = request.truncation_direction ?? "Right";
    body.input = cutInput(request.input, (one) => cutOne(one, maxPromptTokens, from, ruler));
  }
  // Who sends our word for it need not know whether the model has one; who sends the vendor's does.
  const isListed = supportedParameters?.has("input_type");
  if (request.input_type != null && isListed !== false) body.input_type = request.input_type;
  else if (request.type != null && isListed === true) body.input_type = request.type;
  else dropped.push(...(request.input_type == null ? [] : HINTS), ...(request.type == null ? [] : ["type"]));
  return { body, dropped };
}

function cutInput(input: EmbeddingsRequest["input"], cut: (one: EmbeddingInput) => EmbeddingInput) {
  if (typeof input === "string") return cut(input);
  const inputs = inputsOf(input).map(cut);
  return typeof input[0] === "number" ? inputs[0] : inputs;
}

function cutOne(input: EmbeddingInput, most: number, from: "Left" | "Right", ruler: TokenRuler): EmbeddingInput {
  if (typeof input === "string") return ruler.cut(input, most, from);
  if (!Array.isArray(input)) return input;
  return from === "Left" ? input.slice(-most) : input.slice(0, most);
}

function readEmbeddings(json: Json, count: number): WholeResult<number[][]> | ReturnType<typeof malformed> {
  if (json.error !== undefined && json.error !== null) return { failure: readStreamError(json) };
  const rows = asArray(json.data).map(asObject);
  if (rows.length !== count) return malformed(`The provider gave ${rows.length} embeddings for ${count} inputs.`);
  const value: number[][] = new Array(count);
  for (const [position, row] of rows.entries()) {
    const index = typeof row.index === "number" ? row.index : position;
    const vector = readVector(row.embedding);
    if (!vector) return malformed("The provider gave an embedding that is no list of numbers.");
    if (!(index in rows) || value[index]) return malformed("The provider's embeddings are not numbered as the inputs.");
    value[index] = vector;
  }
  const dimensions = value[0]?.length;
  if (value.some(({ length }) => length !== dimensions))
    return malformed("The provider's embeddings differ in length.");
  const usage = asObject(json.usage);
  const tokens = [usage.prompt_tokens, usage.total_tokens].find(isCount);
  return { value, tokens, upstreamId: asString(json.id) };
}

/** A list of numbers, or 32-bit floats in base64. */
function readVector(embedding: unknown): number[] | undefined {
  if (typeof embedding === "string") return readBase64(embedding);
  if (!Array.isArray(embedding) || embedding.length === 0) return undefined;
  return embedding.every((value) => typeof value === "number") ? embedding : undefined;
}

function readBase64(text: string): number[] | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text);
    if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const values = Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
    return values.every(Number.isFinite) ? values : undefined;
  } catch {
    return undefined;
  }
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

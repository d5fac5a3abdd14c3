import type { Delta, Logprobs, Part, ReasoningDetail } from "../../schema/chunk.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { Citations } from "./citations.ts";
import { imageSignatureId, REASONING_FORMAT, signatureDetail, textSignatureId } from "./signatures.ts";

/** Characters that an id may have in any vendor's format. */
const NOT_FOR_IDS = /[^A-Za-z0-9_-]/g;
/** Room for the answer's own id in ids of 40 characters, the shortest limit among the larger vendors. */
const MAX_KEY_CHARS = 28;

/** One candidate of an answer: turns its parts into deltas and keeps what can only be said at its end. */
export class Candidate {
  readonly index: number;
  readonly citations = new Citations();
  /** All visible text so far. */
  text = "";
  toolCalls = 0;
  hasContent = false;
  /** The vendor's word for the end; some models give it with every piece, so the last one counts. */
  finishReason: string | undefined;
  finishMessage: string | undefined;
  #images = 0;
  #toolIds: Set<string> | undefined;
  #detailIndex = -1;
  #isThinking = false;

  constructor(index: number) {
    this.index = index;
  }

  /** Reads one piece of the candidate, or the whole of it. `answerId` is empty when the answer has none. */
  take(json: Json, answerId: string, parts: Part[]): void {
    for (const part of asArray(asObject(json.content).parts)) {
      const delta = this.#readPart(asObject(part), answerId);
      if (delta) this.#push(delta, undefined, parts);
    }
    const logprobs = readLogprobs(json.logprobsResult);
    if (logprobs) this.#push({}, logprobs, parts);
    this.citations.take(json);
    this.finishReason = asString(json.finishReason) || this.finishReason;
    this.finishMessage = asString(json.finishMessage) || this.finishMessage;
  }

  #push(delta: Delta, logprobs: Logprobs | undefined, parts: Part[]): void {
    this.hasContent = true;
    parts.push(
      logprobs ? { type: "delta", index: this.index, delta, logprobs } : { type: "delta", index: this.index, delta },
    );
  }

  #readPart(part: Json, answerId: string): Delta | undefined {
    const signature = asString(part.thoughtSignature) || undefined;
    if (part.thought === true) return this.#readThought(part, signature);
    if (part.functionCall) return this.#readCall(asObject(part.functionCall), signature, answerId);
    if (typeof part.text === "string") return this.#readText(part.text, signature, answerId);
    const media = part.inlineData ?? part.fileData;
    if (media) return this.#readMedia(asObject(media), signature, answerId);
    // A signature on code has no way back: code comes back as text.
    const code = readCode(part);
    return code === undefined ? undefined : this.#readText(this.#fenced(code), undefined, answerId);
  }

  /** Pieces of one run of thoughts are one detail; a signature or anything visible ends the run. */
  #readThought(part: Json, signature: string | undefined): Delta | undefined {
    const text = asString(part.text) ?? "";
    if (text === "" && signature === undefined) return undefined;
    if (!this.#isThinking) this.#detailIndex += 1;
    this.#isThinking = signature === undefined;
    const detail: ReasoningDetail = { type: "reasoning.text", format: REASONING_FORMAT, index: this.#detailIndex };
    if (text !== "") detail.text = text;
    if (signature !== undefined) detail.signature = signature;
    return text === "" ? { reasoning_details: [detail] } : { reasoning: text, reasoning_details: [detail] };
  }

  #readText(text: string, signature: string | undefined, answerId: string): Delta | undefined {
    const start = this.text.length;
    this.text += text;
    if (text !== "") this.#isThinking = false;
    if (signature === undefined) return text === "" ? undefined : { content: text };
    const id = textSignatureId(this.#key(answerId, signature), start, this.text.length);
    const delta: Delta = { reasoning_details: [this.#sign(signature, id)] };
    if (text !== "") delta.content = text;
    return delta;
  }

  /** The vendor gives a call in one piece. */
  #readCall(call: Json, signature: string | undefined, answerId: string): Delta {
    this.#isThinking = false;
    const index = this.toolCalls++;
    const name = asString(call.name) ?? "";
    const text = toJson(call.args ?? {});
    this.#toolIds ??= new Set();
    let id = asString(call.id) ?? "";
    if (id === "" || this.#toolIds.has(id)) id = `call_${this.#key(answerId, name + text)}_${index}`;
    this.#toolIds.add(id);
    const delta: Delta = { tool_calls: [{ index, id, type: "function", function: { name, arguments: text } }] };
    if (signature !== undefined) delta.reasoning_details = [this.#sign(signature, id)];
    return delta;
  }

  /** Images and sound; media of other kinds have no place in an answer. */
  #readMedia(media: Json, signature: string | undefined, answerId: string): Delta | undefined {
    const mimeType = asString(media.mimeType) ?? "";
    const data = asString(media.data);
    const uri = asString(media.fileUri);
    this.#isThinking = false;
    if (mimeType.startsWith("audio/")) return data ? { audio: { data } } : undefined;
    if (!mimeType.startsWith("image/") || !(data || uri)) return undefined;
    const index = this.#images++;
    const url = data ? `data:${mimeType};base64,${data}` : (uri ?? "");
    const delta: Delta = { images: [{ type: "image_url", image_url: { url }, index }] };
    if (signature !== undefined)
      delta.reasoning_details = [this.#sign(signature, imageSignatureId(this.#key(answerId, signature), index))];
    return delta;
  }

  #sign(signature: string, id: string): ReasoningDetail {
    this.#isThinking = false;
    this.#detailIndex += 1;
    return signatureDetail(signature, id, this.#detailIndex);
  }

  /** What makes this candidate's ids its own: the answer's id, or else a hash of what is named. */
  #key(answerId: string, named: string): string {
    const key = answerId.replace(NOT_FOR_IDS, "").slice(0, MAX_KEY_CHARS) || hash(named);
    return this.index === 0 ? key : `${key}-${this.index}`;
  }

  #fenced({ language, text }: { language: string; text: string }): string {
    const gap = this.text === "" || this.text.endsWith("\n") ? "" : "\n";
    return `${gap}\`\`\`${language}\n${text.replace(/\n$/, "")}\n\`\`\`\n`;
  }
}

/** Code that the vendor ran, or what it printed, for a block of Markdown. */
function readCode(part: Json): { language: string; text: string } | undefined {
  if (part.executableCode) {
    const { language, code } = asObject(part.executableCode);
    const name = asString(language)?.toLowerCase() ?? "";
    return { language: /^[a-z]+$/.test(name) ? name : "", text: asString(code) ?? "" };
  }
  if (!part.codeExecutionResult) return undefined;
  return { language: "", text: asString(asObject(part.codeExecutionResult).output) ?? "" };
}

/** `logprobsResult` in OpenAI's form; tokens come as text, without their bytes. */
function readLogprobs(value: unknown): Logprobs | undefined {
  const { chosenCandidates, topCandidates } = asObject(value);
  const chosen = asArray(chosenCandidates);
  if (chosen.length === 0) return undefined;
  const top = asArray(topCandidates);
  const content = chosen.map((token, position) => ({
    ...toLogprob(token),
    top_logprobs: asArray(asObject(top[position]).candidates).map(toLogprob),
  }));
  return { content, refusal: null };
}

function toLogprob(value: unknown) {
  const { token, logProbability } = asObject(value);
  return {
    token: asString(token) ?? "",
    logprob: typeof logProbability === "number" ? logProbability : 0,
    bytes: null,
  };
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "{}";
  } catch {
    // Nested deeper than can be written.
    return "{}";
  }
}

/** FNV-1a over UTF-16 units, 32 bits, as text: enough to tell a few calls of one conversation apart. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let position = 0; position < text.length; position++)
    state = Math.imul(state ^ text.charCodeAt(position), 0x01000193);
  return (state >>> 0).toString(36);
}

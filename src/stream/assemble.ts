import type {
  Annotation,
  AudioOutput,
  Delta,
  FinishReason,
  ImageOutput,
  Logprobs,
  Part,
  ReasoningDetail,
  WireError,
} from "../schema/chunk.ts";

interface ToolCall {
  index: number;
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

interface Choice {
  content: string | undefined;
  reasoning: string | undefined;
  refusal: string | undefined;
  reasoningDetails: ReasoningDetail[];
  toolCalls: Map<number, ToolCall>;
  annotations: Annotation[];
  images: ImageOutput[];
  audio: AudioOutput | undefined;
  logprobs: { content: unknown[]; refusal: unknown[] } | undefined;
  finishReason: FinishReason | null;
  nativeFinishReason: string | null;
  error: WireError | undefined;
}

/** Puts parts together into the choices of a `chat.completion`: the same parts as a stream, one body. */
export class Assembler {
  readonly #choices = new Map<number, Choice>();

  take(part: Part): void {
    if (part.type === "delta") {
      addDelta(this.#choice(part.index), part.delta);
      if (part.logprobs) addLogprobs(this.#choice(part.index), part.logprobs);
    } else if (part.type === "finish") {
      const choice = this.#choice(part.index);
      if (choice.finishReason !== null) return;
      choice.finishReason = part.finishReason;
      choice.nativeFinishReason = part.nativeFinishReason;
      choice.error = part.error;
    }
  }

  /** The choices on the wire, by index; keys that clients refuse as null or empty are left out. */
  choices(): Record<string, unknown>[] {
    return [...this.#choices].sort(([a], [b]) => a - b).map(([index, choice]) => wireChoice(index, choice));
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known) return known;
    const choice: Choice = {
      content: undefined,
      reasoning: undefined,
      refusal: undefined,
      reasoningDetails: [],
      toolCalls: new Map(),
      annotations: [],
      images: [],
      audio: undefined,
      logprobs: undefined,
      finishReason: null,
      nativeFinishReason: null,
      error: undefined,
    };
    this.#choices.set(index, choice);
    return choice;
  }
}

function addDelta(choice: Choice, delta: Delta): void {
  if (delta.content !== undefined) choice.content = (choice.content ?? "") + delta.content;
  if (delta.reasoning !== undefined) choice.reasoning = (choice.reasoning ?? "") + delta.reasoning;
  if (delta.refusal !== undefined) choice.refusal = (choice.refusal ?? "") + delta.refusal;
  if (delta.annotations) choice.annotations.push(...delta.annotations);
  if (delta.images) choice.images.push(...delta.images);
  if (delta.audio) choice.audio = joinAudio(choice.audio, delta.audio);
  for (const detail of delta.reasoning_details ?? []) addReasoningDetail(choice.reasoningDetails, detail);
  for (const piece of delta.tool_calls ?? []) {
    const call = choice.toolCalls.get(piece.index);
    if (call) call.function.arguments += piece.function.arguments ?? "";
    else
      choice.toolCalls.set(piece.index, {
        index: piece.index,
        id: piece.id ?? "",
        type: "function",
        function: { name: piece.function.name ?? "", arguments: piece.function.arguments ?? "" },
      });
  }
}

/** Pieces with the same index and type are one detail: texts are joined, anything else is set. */
export function addReasoningDetail(details: ReasoningDetail[], piece: ReasoningDetail): void {
  const last =
    piece.index === undefined
      ? undefined
      : details.findLast((detail) => detail.index === piece.index && detail.type === piece.type);
  if (!last || last.data !== undefined) {
    details.push({ ...piece });
    return;
  }
  for (const [key, value] of Object.entries(piece)) {
    const joins = key === "text" || key === "summary";
    if (joins && typeof value === "string") last[key] = (last[key] ?? "") + value;
    else if (value !== undefined && value !== null) last[key] = value;
  }
}

function joinAudio(before: AudioOutput | undefined, piece: AudioOutput): AudioOutput {
  const joined = { ...before, ...piece };
  if (before?.data !== undefined && piece.data !== undefined) joined.data = before.data + piece.data;
  if (before?.transcript !== undefined && piece.transcript !== undefined)
    joined.transcript = before.transcript + piece.transcript;
  return joined;
}

function addLogprobs(choice: Choice, logprobs: Logprobs): void {
  choice.logprobs ??= { content: [], refusal: [] };
  choice.logprobs.content.push(...(logprobs.content ?? []));
  choice.logprobs.refusal.push(...(logprobs.refusal ?? []));
}

function wireChoice(index: number, choice: Choice): Record<string, unknown> {
  const message: Record<string, unknown> = {
    role: "assistant",
    content: choice.content ?? (choice.toolCalls.size > 0 ? null : ""),
    refusal: choice.refusal ?? null,
    reasoning: choice.reasoning ?? null,
  };
  if (choice.reasoningDetails.length > 0) message.reasoning_details = choice.reasoningDetails;
  if (choice.toolCalls.size > 0) message.tool_calls = [...choice.toolCalls.values()];
  if (choice.annotations.length > 0) message.annotations = choice.annotations;
  if (choice.images.length > 0) message.images = choice.images;
  if (choice.audio) message.audio = choice.audio;
  const logprobs = choice.logprobs && {
    content: choice.logprobs.content.length > 0 ? choice.logprobs.content : null,
    refusal: choice.logprobs.refusal.length > 0 ? choice.logprobs.refusal : null,
  };
  return {
    index,
    logprobs: logprobs ?? null,
    finish_reason: choice.finishReason,
    native_finish_reason: choice.nativeFinishReason,
    message,
    ...(choice.error && { error: choice.error }),
  };
}

import type { UpstreamFailure } from "../errors.ts";
import type { Usage } from "./usage.ts";

/** Why generation ended, in the contract's closed set; the upstream's own word is kept beside it. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "error";

/** A piece of a tool call. `id`, `type` and `function.name` come with its first piece only. */
export interface ToolCallDelta {
  index: number;
  id?: string;
  type?: "function";
  function: { name?: string; arguments?: string };
}

/**
 * A piece of reasoning in its provider's own form, returned by clients unchanged on the next turn.
 * In a stream, pieces with the same `index` and `type` belong together.
 */
export interface ReasoningDetail {
  type: "reasoning.text" | "reasoning.summary" | "reasoning.encrypted" | "reasoning.server_tool_call";
  text?: string | null;
  signature?: string | null;
  summary?: string;
  data?: string;
  id?: string | null;
  format?: string | null;
  index?: number;
  [key: string]: unknown;
}

export interface UrlCitation {
  type: "url_citation";
  url_citation: { url: string; title: string; content?: string; start_index: number; end_index: number };
}
export interface FileAnnotation {
  type: "file";
  file: { hash: string; name?: string; content: unknown[] };
}
export type Annotation = UrlCitation | FileAnnotation;

export interface ImageOutput {
  type: "image_url";
  image_url: { url: string };
  index?: number;
}

export interface AudioOutput {
  id?: string;
  data?: string;
  transcript?: string;
  expires_at?: number;
}

/** What one chunk adds to a choice. Absent means nothing; an empty string or array is never put here. */
export interface Delta {
  content?: string;
  reasoning?: string;
  reasoning_details?: ReasoningDetail[];
  refusal?: string;
  tool_calls?: ToolCallDelta[];
  annotations?: Annotation[];
  images?: ImageOutput[];
  audio?: AudioOutput;
}

/** Log probabilities as the upstream gives them: `{content, refusal}` of the OpenAI format. */
export type Logprobs = { content?: unknown[] | null; refusal?: unknown[] | null };

/** An error as it stands inside an answer. */
export interface WireError {
  code: number;
  message: string;
  metadata?: Record<string, unknown>;
}

/** What a decoder gives for one upstream event: the upstream's share of a chunk. */
export type Part =
  /** Something that the client wants to read. Always semantic: a decoder gives none for an empty delta. */
  | { type: "delta"; index: number; delta: Delta; logprobs?: Logprobs }
  /** A choice has ended. The first one of a choice counts. `error`: why it went wrong, where others went well. */
  | { type: "finish"; index: number; finishReason: FinishReason; nativeFinishReason: string | null; error?: WireError }
  /** Cumulative counts: a later one replaces an earlier one. */
  | { type: "usage"; usage: Usage }
  /** Facts about the answer as a whole; a later value replaces an earlier one, absent ones stay. */
  | { type: "origin"; id?: string; model?: string; provider?: string; systemFingerprint?: string; serviceTier?: string }
  /** The protocol's terminal event: nothing follows. */
  | { type: "done" }
  /** The upstream reports, or the decoder finds, that the answer went wrong: nothing follows. */
  | { type: "failure"; failure: UpstreamFailure };

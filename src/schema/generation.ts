import type { FinishReason, ReasoningDetail } from "./chunk.ts";
import type { Purpose } from "./side-calls.ts";
import type { CostCertainty, Usage } from "./usage.ts";

/**
 * How a generation ended. `finished`: the client has the whole answer. `cut`: it began and went wrong, the client was
 * told so in the stream. `cancelled`: the client left. `failed`: no attempt gave an answer.
 */
export type Outcome = "finished" | "cut" | "cancelled" | "failed";

/** One upstream call, in the order of the walk. */
export interface AttemptRecord {
  /** Tag of the endpoint. */
  tag: string;
  providerName: string;
  modelId: string;
  /** HTTP status of the upstream; null when it gave none. */
  status: number | null;
  /** It was called with the team's own key. */
  isByok?: true;
  /** Why it gave nothing; absent for the attempt that answered. */
  failure?: string;
  /** Milliseconds until it answered or failed. */
  latencyMs: number;
}

/** The record of one client request that was dispatched. Written once, when the request has ended. */
export interface GenerationRecord {
  /** `gen-<unix seconds>-<20 characters>` */
  id: string;
  /** SHA-256 of the key that paid, in hex. */
  keyHash: string;
  team: string;
  createdAtMs: number;
  outcome: Outcome;
  /**
   * Of a call beside an answer: the generation that it was made for, and what for. Of a call for one of an answer's
   * choices: the generation of the first, whose id the answer has.
   */
  parentId?: string;
  purpose?: Purpose;
  /** What was asked for; absent: an answer. */
  apiType?: "embeddings" | "rerank";
  /** Model that answered; of a failed request the one tried last. */
  modelId: string;
  /** Provider that answered; null when none did. */
  providerName: string | null;
  upstreamId: string | null;
  isStreamed: boolean;
  finishReason: FinishReason | null;
  nativeFinishReason: string | null;
  serviceTier: string | null;
  /** To the first semantic event; null when there was none. */
  latencyMs: number | null;
  /** From dispatch to the end. */
  generationTimeMs: number;
  usage: Usage;
  /**
   * What the operator's keys pay or, with `isByok`, the team's own. Null when the price is unknown. Of an answer that both
   * have paid for it is the operator's part.
   */
  costNanoUsd: number | null;
  /** Of an answer that both have paid for: the part of the team's own keys. */
  byokNanoUsd?: number;
  certainty: CostCertainty;
  isByok: boolean;
  attempts: AttemptRecord[];
  client: ClientFacts;
  /** How the request was routed, and from what: it can be planned again. */
  plan?: PlanRecord;
  /** The account of the key, which stays when its token changes; absent: the key's hash. */
  account?: string;
  /** What was held for it under its limits; not kept. */
  hold?: HoldRecord;
  /** The same in the ledger of a key that acts in all teams. */
  keyHold?: HoldRecord;
  /** In the ledger of such a key: the team that it acted for. */
  actedFor?: string;
  /** Of an answer from the response cache: the generation that it repeats. */
  responseCacheSourceId?: string;
  /** Reasoning that the next turn needs, for clients that do not bring it back; kept for a short while. */
  replay?: ReplayRecord;
}

/** What a request holds of a lease until it has ended. */
export interface HoldRecord {
  leaseId: string;
  account: string;
  nanoUsd: number;
  tokens: number;
  slots: number;
  /** Tokens that further calls of the request have used, which have records of their own. */
  otherTokens?: number;
  /** The minute in which its tokens were counted. */
  minute: number;
}

/** A routing decision, short enough to be kept with every generation. */
export interface PlanRecord {
  /** What the plan was made from: the features of the request, without its words. */
  request: unknown;
  /** The seed of its draws. */
  seed: number;
  /** Where the conversation was. */
  sticky?: { endpointId: string; modelId: string };
  /** Model and tag of each candidate, in order, with why it stands there. */
  candidates: [endpointId: string, because: string][];
  /** Model and tag of the endpoints that were left out, by reason. */
  excluded: Record<string, string[]>;
}

/** The reasoning of an answer with tool calls. */
export interface ReplayRecord {
  /** SHA-256 in hex of what tells the turn from others. */
  turnKey: string;
  reasoningDetails: ReasoningDetail[];
}

/** What the client says about itself; for display, never a security boundary. */
export interface ClientFacts {
  /** Whom the request was made for: of a personal or service token its user, else whom `X-USER-ID` names. */
  userId?: string | undefined;
  /** The client's id of the conversation. */
  chatId?: string | undefined;
  user?: string | undefined;
  sessionId?: string | undefined;
  referer?: string | undefined;
  appTitle?: string | undefined;
  userAgent?: string | undefined;
  /** As sent, for the client's own use. */
  metadata?: Record<string, string> | undefined;
  trace?: Record<string, unknown> | undefined;
  /** The preset that was laid under the request, as `slug@version`. */
  preset?: string | undefined;
}

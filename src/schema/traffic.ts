/** Where a request's way to a target is counted, and may be shut. */
export interface Gate {
  /** Who keeps its counts: `router:fast`, `alias:support`. */
  keeper: string;
  /** The target's name there. */
  target: string;
  /** Limits in any 60 seconds. */
  rpm: number | undefined;
  tpm: number | undefined;
  /** Nothing is counted: what is known of it is known to this isolate alone. */
  isLocal: boolean;
}

/** Why a gate is shut, and until when. */
export interface Shut {
  why: "rate_limited" | "cooling_down";
  untilMs: number;
  /** The limit that is reached. */
  limit?: { kind: "rpm" | "tpm"; limit: number; remaining: number };
}

/** What a gate has let through in the last 60 seconds. */
export interface GateState {
  requests: number;
  /** Used, and held by requests under way. */
  tokens: number;
  shut?: Shut | undefined;
}

/** What is known of gates. A plain snapshot: asking changes nothing. */
export interface TrafficView {
  of(gate: Gate): GateState | undefined;
}

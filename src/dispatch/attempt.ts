import type { Endpoint } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import { RouterError } from "../errors.ts";
import { protocolOf } from "../protocols/index.ts";
import type { AnswerContext, Protocol, UpstreamRequest } from "../protocols/protocol.ts";
import { tierOf } from "../routing/slug.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { Part } from "../schema/chunk.ts";
import { isLast, PartSource } from "../stream/source.ts";
import { authorize } from "./authorize.ts";
import { parseJson, readText, toJson } from "./body.ts";
import { type AttemptLimits, Deadline, type DeadlineName } from "./deadline.ts";
import { needsReplay } from "./replay.ts";
import { Tally } from "./tally.ts";
import { callUpstream } from "./upstream.ts";
import { brokenConnection, emptyAnswer, readRefusal, redactedFailure, timedOut, tooLarge } from "./upstream-failure.ts";

/** A whole answer is read up to this size. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export type { AttemptLimits } from "./deadline.ts";

/** How long an upstream may keep its connection open after its answer, for it to be used again. */
const DRAIN_MS = 1_000;

export interface AttemptOptions {
  /** The upstream is asked to stream. */
  isStream: boolean;
  key: string | undefined;
  /** Names of beta features that the client asks for. */
  betas?: string[] | undefined;
  limits?: AttemptLimits;
  /** Routers of this kind that the request has passed. */
  hops?: number | undefined;
  /** Sees the headers of the answer. */
  onHeaders?: ((endpoint: Endpoint, headers: Headers, status: number) => void) | undefined;
}

/** Made by this isolate so far. */
let attempts = 0;

/**
 * One upstream call. `open` ends with the first part that a client wants to read, or with a failure; until then
 * nothing of the attempt is visible. Afterwards `read` gives the rest.
 */
export class Attempt {
  readonly endpoint: Endpoint;
  readonly tally: Tally;
  /** HTTP status of the upstream; undefined until it answered. */
  status: number | undefined;
  readonly startedAtMs = Date.now();
  /** Attempts in the order of their start: several may have the same millisecond. */
  readonly ordinal = attempts++;
  /** What was sent, as a JSON value; undefined when nothing was. */
  sentBody: unknown;
  /** Fields of the request that the wire format cannot say. */
  droppedFields: string[] = [];
  /** How the response format is brought about; undefined when the provider sees to it. */
  formatBy: "tool" | "instruction" | undefined;
  /** The attempt whose answer this one repairs or continues; both are paid. */
  follows: Attempt | undefined;
  /** When it failed before anything of it was seen. */
  endedAtMs: number | undefined;
  /** When the first semantic part was there. */
  firstPartAtMs: number | undefined;
  readonly #isStream: boolean;
  readonly #key: string | undefined;
  readonly #betas: string[] | undefined;
  readonly #hops: number;
  readonly #onHeaders: AttemptOptions["onHeaders"];
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;
  #expired: DeadlineName | undefined;
  /** What the key became on the wire: a token, a signature. */
  #authorization: string[] = [];
  #source: PartSource | undefined;
  /** What is being waited for: the opening, or a read. */
  #busy: Promise<unknown> | undefined;
  /** What has been read and not given out yet; of a whole answer, all of it. */
  unread: Part[] = [];

  constructor(endpoint: Endpoint, { isStream, key, betas, limits = {}, hops = 0, onHeaders }: AttemptOptions) {
    this.endpoint = endpoint;
    this.tally = new Tally(needsReplay(endpoint));
    // Where the answer does not say, it is the tier that was asked for, and whose price is paid.
    this.tally.serviceTier = tierOf(endpoint);
    this.#isStream = isStream;
    this.#key = key;
    this.#betas = betas;
    this.#hops = hops;
    this.#onHeaders = onHeaders;
    this.#deadline = new Deadline(endpoint.provider.timeouts, limits, isStream, (name) => {
      this.#expired = name;
      this.#abort.abort(new Error(`deadline: ${name}`));
    });
  }

  /**
   * Calls the upstream and waits until the answer is worth committing to: its first semantic part, or with
   * `whole` its end. Gives the failure when it never gets there.
   */
  async open(chat: ChatRequest, whole: boolean): Promise<UpstreamFailure | undefined> {
    let failure: UpstreamFailure | undefined;
    try {
      const opening = this.#open(chat, whole);
      this.#busy = opening;
      failure = await opening;
    } catch (error) {
      this.cancel();
      throw error;
    }
    if (!failure) return undefined;
    this.endedAtMs = Date.now();
    this.cancel();
    return this.#redacted(failure);
  }

  /** Ends the attempt before it has begun; gives the failure back. */
  refuse(failure: UpstreamFailure): UpstreamFailure {
    this.cancel();
    return failure;
  }

  /** The next parts, at least one; the last one of all is `done` or `failure`. */
  read(): Promise<Part[]> {
    const parts = this.unread;
    if (parts.length === 0 && this.#source) {
      const reading = this.#source.read();
      this.#busy = reading;
      return reading;
    }
    this.unread = [];
    return Promise.resolve(parts);
  }

  /** Reads what nobody waits for, to its end or for so long; only what it adds up to is kept. */
  async readOut(withinMs: number): Promise<void> {
    const timer = Number.isFinite(withinMs) ? setTimeout(() => this.cancel(), withinMs) : undefined;
    try {
      await this.#busy;
      for (let parts = await this.#source?.read(); parts && parts.length > 0; parts = await this.#source?.read());
    } catch (error) {
      console.error("an answer without a client cannot be read out", String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops the upstream. Safe at any time, also when it has ended. */
  cancel(): void {
    this.#deadline.stop();
    this.#abort.abort(new Error("the answer is not wanted any more"));
    this.#source?.cancel("the answer is not wanted any more");
  }

  /** Whether the upstream's connection still has to be let go of. */
  get isConnected(): boolean {
    return this.#source !== undefined;
  }

  /** After the last part: lets the connection end well, so that it can serve again. */
  async drain(): Promise<void> {
    await this.#source?.drain(DRAIN_MS);
  }

  async #open(chat: ChatRequest, whole: boolean): Promise<UpstreamFailure | undefined> {
    const { provider, upstreamModel, maxCompletionTokens } = this.endpoint;
    const { quirks } = provider;
    const found = protocolOf(provider.api);
    const protocol = found instanceof Promise ? await found : found;
    const stream = this.#isStream;
    let request: UpstreamRequest;
    try {
      request = protocol.request(chat, {
        model: upstreamModel,
        quirks,
        stream,
        maxCompletionTokens,
        betas: this.#betas,
      });
    } catch (error) {
      // Another provider's format may have words for what this one's has none.
      if (error instanceof RouterError) return { kind: "rejected", message: error.message };
      throw error;
    }
    this.droppedFields = request.dropped ?? [];
    this.formatBy = request.formatBy;
    const body = toJson(request.body);
    if (chat.debug?.echo_upstream_body === true) this.sentBody = request.body;
    let response: Response;
    try {
      const { signal } = this.#abort;
      const authorization = await authorize(provider, protocol.auth, this.#key, { path: request.path, body, signal });
      if ("failure" in authorization) return authorization.failure;
      this.#authorization = Object.values(authorization.headers);
      response = await this.#call(
        protocol,
        { ...request, headers: { ...request.headers, ...authorization.headers } },
        body,
      );
    } catch (error) {
      return this.#explain(error, "unreachable");
    }
    this.status = response.status;
    this.#onHeaders?.(this.endpoint, response.headers, response.status);
    if (response.status !== 200) return readRefusal(protocol, response);
    const type = response.headers.get("content-type")?.toLowerCase();
    const isStream = type === undefined ? stream : type.includes(protocol.streamType);
    if (!isStream) return this.#readWhole(protocol, response, request.expects);
    if (!response.body) return { kind: "empty", message: "The provider's answer has no body." };
    const format = { framing: protocol.framing(), decoder: protocol.decoder(request.expects) };
    this.#source = new PartSource(response.body, format, {
      explain: (error) => this.#explain(error, "interrupted"),
      onParts: (parts) => this.#note(parts),
    });
    return this.#readUntilReady(this.#source, whole);
  }

  #call(protocol: Protocol, request: UpstreamRequest, body: string): Promise<Response> {
    const accept = this.#isStream ? protocol.streamType : "application/json";
    const call = { path: request.path, body, headers: { accept, ...request.headers }, hops: this.#hops };
    return callUpstream(this.endpoint.provider, call, this.#abort.signal);
  }

  async #readUntilReady(source: PartSource, whole: boolean): Promise<UpstreamFailure | undefined> {
    const collected: Part[] = [];
    for (;;) {
      const parts = await source.read();
      // It was cancelled between two reads: nothing will ever come.
      if (parts.length === 0) return this.#explain(new Error("cancelled"), "interrupted");
      collected.push(...parts);
      const last = parts.at(-1);
      if (last?.type === "failure" && (whole || !this.tally.hasContent)) return last.failure;
      if (last?.type === "done" && this.tally.isEmpty) return emptyAnswer();
      if (isLast(last) || (!whole && this.tally.hasContent)) break;
    }
    this.unread = collected;
    return undefined;
  }

  async #readWhole(
    protocol: Protocol,
    response: Response,
    context: AnswerContext | undefined,
  ): Promise<UpstreamFailure | undefined> {
    let text: string | undefined;
    try {
      text = await readText(response, MAX_ANSWER_BYTES);
    } catch (error) {
      return this.#explain(error, "interrupted");
    }
    this.#deadline.stop();
    if (text === undefined) return tooLarge(MAX_ANSWER_BYTES);
    const parts = protocol.response(parseJson(text), context);
    this.#note(parts);
    const last = parts.at(-1);
    if (last?.type === "failure") return last.failure;
    if (this.tally.isEmpty) return emptyAnswer();
    this.unread = parts;
    return undefined;
  }

  #note(parts: Part[]): void {
    for (const part of parts) {
      this.tally.take(part);
      if (part.type === "delta") {
        this.firstPartAtMs ??= Date.now();
        if (!this.tally.isFinished) this.#deadline.content();
      } else if (part.type === "finish" && this.tally.isFinished) this.#deadline.finished();
    }
    const last = parts.at(-1);
    if (isLast(last)) this.#deadline.stop();
    // A connection that breaks or falls silent after the finish reason takes nothing from the answer.
    if (last?.type === "failure" && this.tally.isFinished) parts[parts.length - 1] = { type: "done" };
    if (last?.type === "failure") last.failure = this.#redacted(last.failure);
  }

  #explain(error: unknown, otherwise: "unreachable" | "interrupted"): UpstreamFailure {
    return this.#expired ? timedOut(this.#expired) : brokenConnection(error, otherwise);
  }

  #redacted(failure: UpstreamFailure): UpstreamFailure {
    return redactedFailure(failure, this.endpoint, [this.#key, ...this.#authorization]);
  }
}

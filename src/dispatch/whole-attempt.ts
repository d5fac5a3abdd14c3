import type { Endpoint } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import { protocolOf } from "../protocols/index.ts";
import type { WholeCall, WholeResult } from "../protocols/whole/whole-call.ts";
import type { AuthScheme } from "../schema/catalogue.ts";
import { authorize } from "./authorize.ts";
import { parseJson, readText, toJson } from "./body.ts";
import { type AttemptLimits, Deadline, type DeadlineName } from "./deadline.ts";
import { callUpstream } from "./upstream.ts";
import { brokenConnection, readRefusal, redactedFailure, timedOut, tooLarge } from "./upstream-failure.ts";

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface WholeAttemptOptions {
  key: string | undefined;
  hops: number;
  limits: AttemptLimits;
  onHeaders: ((endpoint: Endpoint, headers: Headers, status: number) => void) | undefined;
}

/** One upstream call whose answer comes whole and is no conversation. */
export class WholeAttempt<Value> {
  readonly endpoint: Endpoint;
  readonly startedAtMs = Date.now();
  /** HTTP status of the upstream; undefined until it answered. */
  status: number | undefined;
  /** When it answered or failed. */
  endedAtMs: number | undefined;
  /** Fields of the request that were left out. */
  dropped: string[] = [];
  readonly #options: WholeAttemptOptions;
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;
  #expired: DeadlineName | undefined;
  #authorization: string[] = [];

  constructor(endpoint: Endpoint, options: WholeAttemptOptions) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#deadline = new Deadline(endpoint.provider.timeouts, options.limits, false, (name) => {
      this.#expired = name;
      this.#abort.abort(new Error(`deadline: ${name}`));
    });
  }

  /** Calls the upstream and reads its answer to the end. A failure tells nothing of the upstream's address or key. */
  async open(call: WholeCall<Value>): Promise<WholeResult<Value> | { failure: UpstreamFailure }> {
    try {
      const result = await this.#open(call);
      if (!("failure" in result)) return result;
      const secrets = [this.#options.key, ...this.#authorization];
      return { failure: redactedFailure(result.failure, this.endpoint, secrets) };
    } finally {
      this.endedAtMs = Date.now();
      this.#deadline.stop();
    }
  }

  /** Stops the upstream. Safe at any time. */
  cancel(): void {
    this.#deadline.stop();
    this.#abort.abort(new Error("the answer is not wanted any more"));
  }

  async #open(call: WholeCall<Value>): Promise<WholeResult<Value> | { failure: UpstreamFailure }> {
    const { provider, upstreamModel: model, supportedParameters, contextLength, row } = this.endpoint;
    const protocol = await protocolOf(provider.api);
    const maxPromptTokens = row.max_prompt_tokens ?? contextLength;
    const { body: fields, dropped } = call.request({ model, supportedParameters, maxPromptTokens });
    this.dropped = dropped;
    const body = toJson(fields);
    let response: Response;
    try {
      response = await this.#send(call.path, body, protocol.auth);
    } catch (error) {
      if (error instanceof Refused) return { failure: error.failure };
      return { failure: this.#explain(error, "unreachable") };
    }
    this.status = response.status;
    this.#options.onHeaders?.(this.endpoint, response.headers, response.status);
    if (response.status !== 200) return { failure: await readRefusal(protocol, response) };
    try {
      const text = await readText(response, MAX_ANSWER_BYTES);
      return text === undefined ? { failure: tooLarge(MAX_ANSWER_BYTES) } : call.read(parseJson(text));
    } catch (error) {
      return { failure: this.#explain(error, "interrupted") };
    }
  }

  async #send(path: string, body: string, scheme: AuthScheme): Promise<Response> {
    const { provider } = this.endpoint;
    const { signal } = this.#abort;
    const { key, hops } = this.#options;
    const authorization = await authorize(provider, scheme, key, { path, body, signal });
    if ("failure" in authorization) throw new Refused(authorization.failure);
    this.#authorization = Object.values(authorization.headers);
    const headers = { accept: "application/json", ...authorization.headers };
    return callUpstream(provider, { path, body, headers, hops }, signal);
  }

  #explain(error: unknown, otherwise: "unreachable" | "interrupted"): UpstreamFailure {
    return this.#expired ? timedOut(this.#expired) : brokenConnection(error, otherwise);
  }
}

/** A key that could not be exchanged. */
class Refused extends Error {
  readonly failure: UpstreamFailure;

  constructor(failure: UpstreamFailure) {
    super("the key could not be exchanged");
    this.failure = failure;
  }
}

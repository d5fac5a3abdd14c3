/** The words of an upstream that speaks OpenAI's chat format, for scripts and fixtures. */

const IDENTITY = { id: "chatcmpl-upstream", created: 1_790_000_000, model: "upstream-model" };

/** The usage that an upstream reports unless a test wants another. */
export const USAGE = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

/** One event of a stream. */
export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** The terminal event. */
export const DONE = event("[DONE]");

/** A chunk with this delta. */
export function chunk(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }];
  return event({ ...IDENTITY, object: "chat.completion.chunk", choices });
}

/** A chunk that says this text. */
export function say(content: string): string {
  return chunk({ content });
}

/** The first chunk of most upstreams: it has a role and nothing to read. */
export const ROLE = chunk({ role: "assistant", content: "" });

/** What comes after the last text: the finish reason, the usage and the terminal event. */
export function ending(finishReason = "stop", usage: object = USAGE): string {
  return chunk({}, finishReason) + event({ ...IDENTITY, object: "chat.completion.chunk", choices: [], usage }) + DONE;
}

/** The events of a good streamed answer, one for each piece of text. */
export function streamOf(...pieces: string[]): string[] {
  return [ROLE, ...pieces.map(say), ending()];
}

/** A good answer in one piece. */
export function completion(content: string, fields: { message?: object; finish_reason?: string; usage?: object } = {}) {
  const message = { role: "assistant", content, refusal: null, ...fields.message };
  return {
    ...IDENTITY,
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: fields.finish_reason ?? "stop" }],
    usage: fields.usage ?? USAGE,
  };
}

/** An error body as OpenAI writes it. */
export function errorBody(message: string, fields: { type?: string; code?: string | null } = {}) {
  return { error: { message, type: fields.type ?? "server_error", param: null, code: fields.code ?? null } };
}

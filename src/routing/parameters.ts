import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";

/**
 * Parameters that an endpoint may say it does not take, with the names under which it may list them. Those that
 * change what is asked (messages, tools, the output cap) are never left out.
 */
const OPTIONAL_PARAMETERS: Record<string, string[]> = {
  temperature: ["temperature"],
  top_p: ["top_p"],
  top_k: ["top_k"],
  min_p: ["min_p"],
  top_a: ["top_a"],
  frequency_penalty: ["frequency_penalty"],
  presence_penalty: ["presence_penalty"],
  repetition_penalty: ["repetition_penalty"],
  seed: ["seed"],
  stop: ["stop"],
  logit_bias: ["logit_bias"],
  logprobs: ["logprobs"],
  top_logprobs: ["top_logprobs"],
  prediction: ["prediction"],
  verbosity: ["verbosity"],
  parallel_tool_calls: ["parallel_tool_calls", "tools"],
  response_format: ["response_format", "structured_outputs"],
  reasoning: ["reasoning", "include_reasoning", "reasoning_effort"],
  reasoning_effort: ["reasoning_effort", "reasoning", "include_reasoning"],
  web_search_options: ["web_search_options"],
};

/** Parameters that are never left out, but that an endpoint must list when all of a request's are required. */
const NEEDED_PARAMETERS: Record<string, string[]> = {
  tools: ["tools"],
  tool_choice: ["tool_choice", "tools"],
  max_tokens: ["max_tokens", "max_completion_tokens"],
  max_completion_tokens: ["max_completion_tokens", "max_tokens"],
};

/** Whether the endpoint lists every parameter of the request that it could list. */
export function takesAllParameters(chat: ChatRequest, endpoint: Endpoint): boolean {
  const nothing = new Set<string>();
  const missing = unlisted(chat, endpoint.supportedParameters ?? nothing, NEEDED_PARAMETERS);
  return missing.length === 0 && unsupportedParameters(chat, endpoint, nothing).length === 0;
}

/** Parameters of the request that the endpoint does not list; `otherwise` is the list of one that lists nothing. */
export function unsupportedParameters(
  chat: ChatRequest,
  endpoint: Endpoint,
  otherwise: ReadonlySet<string> | undefined,
): string[] {
  const supported = endpoint.supportedParameters ?? otherwise;
  return supported ? unlisted(chat, supported, OPTIONAL_PARAMETERS) : [];
}

/** Parameters of the request that have names in `table`, none of which is listed. */
function unlisted(chat: ChatRequest, listed: ReadonlySet<string>, table: Record<string, string[]>): string[] {
  return Object.keys(chat).filter((name) => {
    const names = Object.hasOwn(table, name) ? table[name] : undefined;
    return names !== undefined && chat[name] !== null && !names.some((each) => listed.has(each));
  });
}

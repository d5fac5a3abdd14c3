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

/** Parameters of the request that the endpoint does not list; `otherwise` is the list of one that lists nothing. */
export function unsupportedParameters(
  chat: ChatRequest,
  endpoint: Endpoint,
  otherwise: ReadonlySet<string> | undefined,
): string[] {
  const supported = endpoint.supportedParameters ?? otherwise;
  if (!supported) return [];
  return Object.keys(chat).filter((name) => {
    const names = Object.hasOwn(OPTIONAL_PARAMETERS, name) ? OPTIONAL_PARAMETERS[name] : undefined;
    return names !== undefined && chat[name] !== null && !names.some((listed) => supported.has(listed));
  });
}

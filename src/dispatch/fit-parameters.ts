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

/** The request without the parameters that the endpoint says it does not take, and their names. */
export function fitParameters(chat: ChatRequest, endpoint: Endpoint): { chat: ChatRequest; dropped: string[] } {
  const { supportedParameters } = endpoint;
  if (!supportedParameters) return { chat, dropped: [] };
  const dropped = Object.keys(chat).filter((name) => {
    const names = Object.hasOwn(OPTIONAL_PARAMETERS, name) ? OPTIONAL_PARAMETERS[name] : undefined;
    return names !== undefined && chat[name] !== null && !names.some((listed) => supportedParameters.has(listed));
  });
  if (dropped.length === 0) return { chat, dropped };
  const fitted: ChatRequest = { ...chat };
  for (const name of dropped) delete fitted[name];
  return { chat: fitted, dropped };
}

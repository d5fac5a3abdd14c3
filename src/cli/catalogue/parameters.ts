import type { Api } from "../../schema/catalogue.ts";
import type { Listing } from "./listing.ts";

/** Sampling parameters that a wire format has, by what its vendors document. */
const SAMPLING: Record<Api, string[]> = {
  "openai-chat": ["top_p", "stop", "seed", "frequency_penalty", "presence_penalty"],
  "openai-responses": ["top_p"],
  "anthropic-messages": ["top_p", "top_k", "stop"],
  "google-gemini": ["top_p", "top_k", "stop", "seed", "frequency_penalty", "presence_penalty"],
  "bedrock-converse": ["top_p", "stop"],
  "cohere-chat": ["top_p", "top_k", "stop", "seed", "frequency_penalty", "presence_penalty"],
  "mistral-chat": ["top_p", "stop", "seed", "frequency_penalty", "presence_penalty"],
};

/** What servers of open models (vLLM, SGLang and their like) add to OpenAI's. */
const OPEN_SERVER = ["top_k", "min_p", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs"];

/** Sampling parameters beyond those of the format, by provider. Those that are not here get none. */
const MORE_SAMPLING: Record<string, string[]> = {
  openai: ["logit_bias", "logprobs", "top_logprobs", "prediction"],
  azure: ["logit_bias", "logprobs", "top_logprobs"],
  xai: ["logprobs", "top_logprobs"],
  deepseek: ["logprobs", "top_logprobs"],
  cohere: ["logprobs"],
  mistral: ["prediction"],
  alibaba: ["top_k", "repetition_penalty"],
  openrouter: [...OPEN_SERVER, "top_a", "prediction", "web_search_options", "verbosity"],
  together: OPEN_SERVER,
  fireworks: OPEN_SERVER,
  deepinfra: ["top_k", "min_p", "repetition_penalty"],
  novita: OPEN_SERVER,
  nebius: OPEN_SERVER,
  baseten: OPEN_SERVER,
  friendli: OPEN_SERVER,
  chutes: OPEN_SERVER,
  siliconflow: ["top_k", "min_p"],
  wandb: OPEN_SERVER,
  crusoe: OPEN_SERVER,
  parasail: OPEN_SERVER,
  venice: ["top_k", "min_p", "repetition_penalty", "logprobs", "top_logprobs"],
  nvidia: ["top_k", "logprobs", "top_logprobs"],
};

/** Where they serve, OpenAI's models that reason refuse sampling parameters; elsewhere such models take them. */
const STRICT_REASONERS = new Set(["openai", "azure"]);

/** What an endpoint takes of the parameters that this API has. */
export function supportedParameters({ provider, ...listing }: Listing, api: Api, takesEffort: boolean): string[] {
  const parameters = ["max_tokens", "max_completion_tokens"];
  if (listing.hasTemperature) parameters.push("temperature", ...SAMPLING[api], ...(MORE_SAMPLING[provider] ?? []));
  else if (!STRICT_REASONERS.has(provider) && SAMPLING[api].includes("stop")) parameters.push("stop");
  if (listing.hasTools) {
    parameters.push("tools", "tool_choice");
    if (api !== "bedrock-converse" && api !== "google-gemini" && api !== "cohere-chat")
      parameters.push("parallel_tool_calls");
  }
  if (listing.hasStructuredOutputs) parameters.push("response_format", "structured_outputs");
  // These formats have none of their own; the protocol asks for it by a tool.
  else if (listing.hasTools && (api === "anthropic-messages" || api === "bedrock-converse"))
    parameters.push("response_format");
  if (listing.reasoning) parameters.push("reasoning", "include_reasoning");
  if (takesEffort) parameters.push("reasoning_effort");
  if (/^gpt-[5-9]/.test(listing.name) && STRICT_REASONERS.has(provider)) parameters.push("verbosity");
  return [...new Set(parameters)].sort();
}

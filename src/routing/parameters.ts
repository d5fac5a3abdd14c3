import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { PROVIDER_TOOL_TYPES } from "../schema/tools.ts";
import type { ToolChoiceKind } from "./request.ts";

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

/** Tools that providers run themselves. Who does not is asked all the same, unless all parameters are required. */
const PROVIDER_TOOLS = [...PROVIDER_TOOL_TYPES].map((type): [string, string[]] => [`tools.${type}`, [type, "tools"]]);

const NAMES = new Map([...Object.entries({ ...OPTIONAL_PARAMETERS, ...NEEDED_PARAMETERS }), ...PROVIDER_TOOLS]);

/** The fields of a request that an endpoint may or may not take; a tool that providers run is `tools.<type>`. */
export function routedParameters(chat: ChatRequest): string[] {
  const names: string[] = [];
  for (const name in chat) if (NAMES.has(name) && asks(name, chat[name], chat)) names.push(name);
  for (const { type } of chat.tools ?? []) if (PROVIDER_TOOL_TYPES.has(type)) names.push(`tools.${type}`);
  return names;
}

/** Whether a value asks for something: plain text and no tools are what happens anyway. */
function asks(name: string, value: unknown, { tools }: ChatRequest): boolean {
  if (value === null || value === undefined) return false;
  if (name === "tools") return tools?.some(({ type }) => !PROVIDER_TOOL_TYPES.has(type)) === true;
  if (name === "tool_choice") return (tools?.length ?? 0) > 0;
  if (name === "response_format") return (value as { type?: unknown }).type !== "text";
  return true;
}

/**
 * Whether the endpoint lists one of the parameters under none of its names. One that lists nothing may take
 * everything, or, counted strictly, nothing.
 */
export function lacksParameter(endpoint: Endpoint, parameters: readonly string[], strict?: "strict"): boolean {
  const listed = endpoint.supportedParameters;
  if (!listed) return strict === "strict" && parameters.length > 0;
  return parameters.some((name) => !NAMES.get(name)?.some((each) => listed.has(each)));
}

/** Whether an endpoint takes a value of `tool_choice`. All take `auto` and `none`, which say what a model may do anyway. */
export function takesToolChoice({ row, supportedParameters }: Endpoint, choice: ToolChoiceKind | undefined): boolean {
  if (choice === undefined || choice === "auto" || choice === "none") return true;
  if (row.tool_choice) return row.tool_choice.includes(choice);
  return !supportedParameters || supportedParameters.has("tool_choice");
}

/** Parameters of the request that the endpoint says it does not take. */
export function unsupportedParameters(chat: ChatRequest, { supportedParameters }: Endpoint): string[] {
  if (!supportedParameters) return [];
  return Object.keys(chat).filter((name) => {
    const names = Object.hasOwn(OPTIONAL_PARAMETERS, name) ? OPTIONAL_PARAMETERS[name] : undefined;
    return names !== undefined && chat[name] !== null && !names.some((each) => supportedParameters.has(each));
  });
}

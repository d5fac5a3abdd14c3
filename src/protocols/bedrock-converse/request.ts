import type { ChatRequest } from "../../schema/chat.ts";
import { settleBreakpoints, toCacheControl } from "../anthropic-messages/cache-control.ts";
import { toConversation } from "../anthropic-messages/conversation.ts";
import { type AnswerFormat, planFormat } from "../anthropic-messages/response-format.ts";
import { alwaysThinks } from "../anthropic-messages/thinking.ts";
import { CLAUDE_FORMAT } from "../anthropic-messages/thinking-blocks.ts";
import type { Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { unsaidFields } from "../unsaid-fields.ts";
import { BlockWriter, hoistCacheControl } from "./blocks.ts";
import { planInference } from "./inference.ts";
import { type ModelTraits, traitsOf } from "./model-traits.ts";
import { functionTools, planTools } from "./tools.ts";

/** Fields that are translated here. */
const SAID = new Set(
  "temperature top_p top_k stop service_tier verbosity cache_control thinking additional_model_request_fields".split(
    " ",
  ),
);

/**
 * Writes a chat request for Amazon Bedrock's Converse API. The conversation is put right by the rules of the
 * Anthropic format, of which Converse is a close relative: alternating turns, results in the turn after their call.
 *
 * A schema for the answer is met natively where the endpoint can (`structured_outputs`), else by a tool that the model
 * has to call, else – also for `json_object` – by an instruction.
 */
export function toConverseRequest(chat: ChatRequest, target: RequestTarget): UpstreamRequest {
  const { model, quirks, stream, maxCompletionTokens } = target;
  const traits = traitsOf(model, quirks);
  const conversation = toConversation(chat.messages, { hasSystemTurns: false, reasoningFormat: CLAUDE_FORMAT });
  const { system, turns, effort: update } = conversation;
  const format = toFormat(chat, target, traits);
  if (format.kind === "instruction") system.push({ type: "text", text: format.text });
  for (const { content } of turns) hoistCacheControl(content);
  const tools = functionTools(chat);
  settleBreakpoints({ tools, system, turns }, toCacheControl(chat.cache_control));

  const writer = new BlockWriter(traits.takesCachePoints);
  const body: Json = {};
  if (system.length > 0) body.system = writer.write(system);
  body.messages = turns.map(({ role, content }) => ({ role, content: writer.write(content) }));
  const toolPlan = planTools(chat, {
    tools,
    format,
    turns,
    takesCachePoints: traits.isClaude,
    isFree: alwaysThinks(quirks),
  });
  const { isForced, toolConfig } = toolPlan;
  const plan = planInference(chat, traits, { quirks, maxCompletionTokens, turns, update, isForced });
  if (Object.keys(plan.config).length > 0) body.inferenceConfig = plan.config;
  if (toolConfig) body.toolConfig = toolConfig;
  if (format.kind === "native") body.outputConfig = toOutputConfig(chat, format.strict.schema);
  if (Object.keys(plan.additional).length > 0) body.additionalModelRequestFields = plan.additional;
  const tier = chat.service_tier === "fast" ? "priority" : chat.service_tier;
  if (tier === "priority" || tier === "flex" || tier === "default") body.serviceTier = { type: tier };
  return {
    path: `/model/${encodeURIComponent(decodeModel(model))}/${stream ? "converse-stream" : "converse"}`,
    body,
    dropped: [
      ...new Set([
        ...toolPlan.dropped,
        ...conversation.dropped,
        ...plan.dropped,
        ...unsaidFields(chat, SAID),
        ...(tier === "scale" ? ["service_tier"] : []),
        ...(chat.cache_control && !traits.takesCachePoints ? ["cache_control"] : []),
        ...(format.kind === "text" && isFormatted(chat) ? ["response_format"] : []),
      ]),
    ],
    ...(format.kind === "tool" && { expects: { jsonTool: format.name }, formatBy: "tool" as const }),
    ...(format.kind === "instruction" && { formatBy: "instruction" as const }),
  };
}

/** How the answer gets its form; a model that cannot be made to call a tool is asked instead. */
function toFormat(chat: ChatRequest, { quirks }: RequestTarget, { canBeForced }: ModelTraits): AnswerFormat {
  const unforceable = { ...quirks, reasoning_request: "adaptive_always" as const };
  return planFormat(chat, canBeForced ? quirks : unforceable) ?? { kind: "text" };
}

function isFormatted({ response_format: format }: ChatRequest): boolean {
  return format !== undefined && format !== null && format.type !== "text";
}

/** The schema goes as text. */
function toOutputConfig({ response_format: format }: ChatRequest, schema: Json): Json {
  const { name, description } = format?.type === "json_schema" ? format.json_schema : {};
  const jsonSchema = { schema: JSON.stringify(schema), name: name ?? "response", ...(description && { description }) };
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

/** A model name that was written as it stands in a path, `…%3A0`, means the same model. */
function decodeModel(model: string): string {
  try {
    return decodeURIComponent(model);
  } catch {
    return model;
  }
}

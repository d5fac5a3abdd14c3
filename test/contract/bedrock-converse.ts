import { type AwsEvent, readFrames } from "../support/aws-frames.ts";
import {
  type Expectation,
  type FormatContract,
  type ReportedFailure,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import { dataUrl, isSilent, nonEmpty, PLAIN_QUESTION, parsed, plainContent, silence, withoutNull } from "./reading.ts";
import { bytesOf, type Json, type Recording } from "./recording.ts";

/** Amazon Bedrock's Converse API. */
export const bedrockConverse: FormatContract = {
  expect(recording) {
    const { response, streaming } = recording;
    if (response.status !== 200) {
      const { message } = response.body as Json;
      return { ...silence(), outcome: "refused", failure: reportedFailure(response.status, message) };
    }
    const seen = streaming ? readStream(readFrames(bytesOf(recording))) : readWhole(response.body as Json);
    return isForm(recording.request.body?.toolConfig) ? asForm(seen) : seen;
  },
  /** A name that was recorded as it stood in a path is the same name. */
  path: ({ model, isStreamed }) =>
    `/model/${encodeURIComponent(decodeURIComponent(model))}/converse${isStreamed ? "-stream" : ""}`,
  toClientRequest,
  meaningOf,
  quirksOf({ request }) {
    const { thinking, reasoningConfig } = request.body?.additionalModelRequestFields ?? {};
    const hasCachePoints = JSON.stringify(request.body).includes('"cachePoint"');
    return withoutNull({
      reasoning_request: reasoningConfig ? "nova" : thinking && "budget",
      cache_control: hasCachePoints ? true : null,
    });
  },
};

/** The tool that stands for a form of the answer, under the form's name: no client sees it. */
const FORM_TOOL = "json_response";

function isForm(toolConfig: Json | undefined): boolean {
  return toolConfig?.toolChoice?.tool?.name === FORM_TOOL;
}

/** An answer whose text came as the input of a tool. */
function asForm(seen: Expectation): Expectation {
  const text = seen.toolCalls.map((call) => JSON.stringify(call.arguments)).join("");
  return { ...seen, text: seen.text + text, toolCalls: [], finishReason: "stop" };
}

function readWhole({ output, stopReason, usage }: Json): Expectation {
  const seen = silence();
  for (const { text, toolUse, reasoningContent } of output.message.content) {
    seen.text += text ?? "";
    seen.reasoning += reasoningContent?.reasoningText?.text ?? "";
    if (toolUse) seen.toolCalls.push({ id: toolUse.toolUseId, name: toolUse.name, arguments: toolUse.input });
  }
  return finish(seen, stopReason, usage);
}

function readStream(events: AwsEvent[]): Expectation {
  const seen = silence();
  const inputs = new Map<number, string>();
  let stopReason: string | undefined;
  let usage: Json | undefined;
  for (const { event, exception, payload } of events) {
    if (exception) {
      seen.outcome = isSilent(seen) ? "refused" : "broken";
      seen.failure = readException(exception, payload);
      return seen;
    }
    const { contentBlockIndex: index, start, delta } = payload;
    if (event === "contentBlockStart" && start?.toolUse) {
      inputs.set(index, "");
      seen.toolCalls.push({ id: start.toolUse.toolUseId, name: start.toolUse.name, arguments: index });
    }
    seen.text += delta?.text ?? "";
    seen.reasoning += delta?.reasoningContent?.text ?? "";
    if (delta?.toolUse) inputs.set(index, inputs.get(index) + delta.toolUse.input);
    stopReason ??= payload.stopReason;
    usage ??= payload.usage;
  }
  for (const call of seen.toolCalls) call.arguments = parsed(inputs.get(call.arguments as number) || "{}");
  return finish(seen, stopReason ?? "", usage);
}

function finish(seen: Expectation, stopReason: string, usage: Json | undefined): Expectation {
  seen.nativeFinishReason = stopReason;
  seen.finishReason = toFinishReason(stopReason, seen.toolCalls.length > 0);
  seen.usage = usage && readUsage(usage);
  return seen;
}

/** What was read from and written to a cache comes on top of the input. */
function readUsage({ inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens }: Json): ReportedUsage {
  const prompt = inputTokens + (cacheReadInputTokens ?? 0) + (cacheWriteInputTokens ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    cached_tokens: cacheReadInputTokens,
  };
}

function readException(name: string, { message }: Json): ReportedFailure {
  const statuses: Record<string, number> = { throttlingException: 429, validationException: 400 };
  return reportedFailure(statuses[name], message);
}

function toClientRequest({ request, streaming }: Recording): Json {
  const { body } = request;
  if (!body) return { ...PLAIN_QUESTION, stream: streaming };
  const { system, messages, inferenceConfig = {}, toolConfig, additionalModelRequestFields: more } = body;
  const answerTool = isForm(toolConfig) ? toolConfig.tools[0].toolSpec : undefined;
  const tools = answerTool ? undefined : toolConfig?.tools;
  const instructions = (system?.length ?? 0) > 0 ? [{ role: "system", content: plainContent(toParts(system)) }] : [];
  return withoutNull({
    stream: streaming,
    messages: [...instructions, ...messages.flatMap(toClientMessages)],
    max_tokens: inferenceConfig.maxTokens,
    temperature: inferenceConfig.temperature,
    top_p: inferenceConfig.topP,
    stop: nonEmpty(inferenceConfig.stopSequences ?? []),
    top_k: more?.top_k,
    reasoning: toReasoning(more ?? {}),
    tools: tools?.map(({ toolSpec }: Json) => toTool(toolSpec)),
    tool_choice: tools && toolConfig.toolChoice && toChoice(toolConfig.toolChoice),
    response_format: answerTool && toFormat(answerTool),
  });
}

function toReasoning({ thinking, reasoningConfig }: Json): Json | undefined {
  if (thinking) return { max_tokens: thinking.budget_tokens };
  return reasoningConfig && { effort: reasoningConfig.maxReasoningEffort };
}

function toTool({ name, description, inputSchema }: Json): Json {
  return { type: "function", function: withoutNull({ name, description, parameters: inputSchema.json }) };
}

function toFormat({ description, inputSchema }: Json): Json {
  return { type: "json_schema", json_schema: { name: FORM_TOOL, description, schema: inputSchema.json } };
}

function toChoice({ any, tool }: Json): unknown {
  if (tool) return { type: "function", function: { name: tool.name } };
  return any ? "required" : "auto";
}

function toClientMessages({ role, content }: Json): Json[] {
  const results = content.flatMap(({ toolResult }: Json) => toolResult ?? []);
  const calls = content.flatMap(({ toolUse }: Json) => toolUse ?? []);
  const messages: Json[] = results.map((result: Json) => ({
    role: "tool",
    tool_call_id: result.toolUseId,
    content: plainContent(toParts(result.content)),
  }));
  const parts = toParts(content);
  const tool_calls = calls.map(({ toolUseId, name, input }: Json) => ({
    id: toolUseId,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
  const said = { role, content: parts.length > 0 ? plainContent(parts) : null, tool_calls: nonEmpty(tool_calls) };
  if (parts.length + calls.length > 0) messages.push(withoutNull(said));
  return messages;
}

/** Text and images as parts of a message; the end of a cached prefix marks the part before it. */
function toParts(blocks: Json[]): Json[] {
  const parts: Json[] = [];
  for (const { text, image, json, cachePoint } of blocks) {
    const last = parts.at(-1);
    if (text !== undefined) parts.push({ type: "text", text });
    if (json) parts.push({ type: "text", text: JSON.stringify(json) });
    if (image) {
      const url = dataUrl(`image/${image.format}`, image.source.bytes);
      parts.push({ type: "image_url", image_url: { url } });
    }
    if (cachePoint && last) last.cache_control = { type: "ephemeral" };
  }
  return parts;
}

/** Everything that is said; empty lists and objects are the same as none. */
function meaningOf(body: Json): unknown {
  const { system, inferenceConfig, ...rest } = body;
  const { stopSequences, ...config } = inferenceConfig ?? {};
  return withoutNull({
    ...rest,
    system: nonEmpty(system ?? []),
    inferenceConfig: withoutNull({ ...config, stopSequences: nonEmpty(stopSequences ?? []) }),
  });
}

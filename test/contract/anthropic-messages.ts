import {
  type Expectation,
  type FormatContract,
  type ReportedFailure,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import {
  dataUrl,
  eventsOf,
  isSilent,
  nonEmpty,
  PLAIN_QUESTION,
  parsed,
  plainContent,
  silence,
  withoutNull,
} from "./reading.ts";
import type { Json, Recording } from "./recording.ts";

/** Anthropic's Messages API. */
export const anthropicMessages: FormatContract = {
  expect({ response }) {
    if (response.status !== 200) {
      const { message } = (response.body as Json).error;
      return { ...silence(), outcome: "refused", failure: reportedFailure(response.status, message) };
    }
    return response.sse_text === undefined ? readWhole(response.body as Json) : readStream(eventsOf(response.sse_text));
  },
  path: () => "/messages",
  toClientRequest,
  meaningOf,
  quirksOf({ request }) {
    const { thinking, output_config: output, tools } = request.body ?? {};
    const isStrict = output?.format || tools?.some((tool: Json) => tool.strict === true);
    return withoutNull({
      reasoning_request: thinking?.type === "adaptive" ? "adaptive" : null,
      structured_outputs: isStrict ? true : null,
    });
  },
};

function readWhole({ content, usage, ...message }: Json): Expectation {
  const seen = silence();
  for (const block of content) {
    seen.text += block.type === "text" ? block.text : "";
    seen.reasoning += block.thinking ?? "";
    if (block.type === "tool_use") seen.toolCalls.push({ id: block.id, name: block.name, arguments: block.input });
  }
  return finish(seen, message, usage);
}

function readStream(events: Json[]): Expectation {
  const seen = silence();
  const inputs = new Map<number, string>();
  let ending: Json = {};
  let usage: Json | undefined;
  for (const { type, index, content_block: block, delta, message, ...event } of events) {
    if (type === "error") {
      seen.outcome = isSilent(seen) ? "refused" : "broken";
      seen.failure = readError(event.error);
      return seen;
    }
    const said = delta ?? block ?? {};
    if (type === "content_block_start" && block.type === "tool_use") {
      inputs.set(index, "");
      seen.toolCalls.push({ id: block.id, name: block.name, arguments: index });
    }
    if (said.type === "text" || said.type === "text_delta") seen.text += said.text;
    if (said.type === "thinking" || said.type === "thinking_delta") seen.reasoning += said.thinking;
    if (said.type === "input_json_delta" && inputs.has(index)) inputs.set(index, inputs.get(index) + said.partial_json);
    if (type === "message_delta") ending = delta;
    const counts = event.usage ?? message?.usage;
    if (counts) usage = { ...usage, ...withoutNull(counts) };
  }
  for (const call of seen.toolCalls) call.arguments = parsed(inputs.get(call.arguments as number) || "{}");
  return finish(seen, ending, usage);
}

function finish(seen: Expectation, { stop_reason: native, stop_details: details }: Json, usage: Json | undefined) {
  seen.refusal = native === "refusal" ? (details?.explanation ?? "") : "";
  seen.nativeFinishReason = native;
  seen.finishReason = toFinishReason(native, seen.toolCalls.length > 0);
  seen.usage = usage && readUsage(usage);
  return seen;
}

/** What was read from and written to a cache comes on top of the input. */
function readUsage({ input_tokens, output_tokens, cache_read_input_tokens: cached, ...usage }: Json): ReportedUsage {
  const prompt = input_tokens + (cached ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: output_tokens,
    total_tokens: prompt + output_tokens,
    cached_tokens: cached,
    reasoning_tokens: usage.output_tokens_details?.thinking_tokens,
  };
}

function readError({ type, message }: Json): ReportedFailure {
  const statuses: Record<string, number> = { overloaded_error: 529, rate_limit_error: 429, invalid_request_error: 400 };
  return reportedFailure(statuses[type], message);
}

/** The vendor's own tools are left out: a client of this router has no name for them. */
function toClientRequest({ request, streaming }: Recording): Json {
  const { body } = request;
  if (!body) return { ...PLAIN_QUESTION, stream: streaming };
  const { system, messages, tools, tool_choice: choice, output_config: output } = body;
  const declared = nonEmpty<Json>((tools ?? []).filter(({ input_schema: schema }: Json) => schema));
  const instructions = system === undefined ? [] : [{ role: "system", content: toContent(system) }];
  const format = output?.format;
  return withoutNull({
    stream: streaming,
    messages: [...instructions, ...messages.flatMap(toClientMessages)],
    max_tokens: body.max_tokens,
    temperature: body.temperature,
    top_p: body.top_p,
    top_k: body.top_k,
    stop: body.stop_sequences,
    user: body.metadata?.user_id,
    tools: declared?.map(toTool),
    tool_choice: declared && choice && toChoice(choice),
    parallel_tool_calls: choice?.disable_parallel_tool_use ? false : null,
    response_format: format && { type: "json_schema", json_schema: { name: "answer", schema: format.schema } },
    reasoning: body.thinking && toReasoning(body.thinking, output?.effort),
  });
}

function toReasoning({ type, budget_tokens: budget }: Json, effort: string | undefined): Json {
  if (type === "disabled") return { enabled: false };
  return budget ? { max_tokens: budget } : withoutNull({ enabled: true, effort });
}

function toTool({ name, description, input_schema: parameters, strict, cache_control }: Json): Json {
  const declared = withoutNull({ name, description, parameters, strict });
  return withoutNull({ type: "function", function: declared, cache_control });
}

function toChoice({ type, name }: Json): unknown {
  if (type === "tool") return { type: "function", function: { name } };
  return type === "any" ? "required" : type;
}

/** A turn as messages: results of tools first, each for itself. */
function toClientMessages({ role, content }: Json): Json[] {
  const blocks: Json[] = toBlocks(content);
  const of = (type: string) => blocks.filter((block) => block.type === type);
  const messages: Json[] = of("tool_result").map(({ tool_use_id, content, is_error }) => ({
    role: "tool",
    tool_call_id: tool_use_id,
    content: toContent(content),
    ...(is_error && { is_error }),
  }));
  const tool_calls = of("tool_use").map(({ id, name, input }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
  const parts = toParts(blocks);
  const answer = {
    role,
    content: parts.length > 0 ? plainContent(parts) : null,
    tool_calls: nonEmpty(tool_calls),
    reasoning_details: nonEmpty(blocks.flatMap(toDetail)),
  };
  if (parts.length + tool_calls.length > 0) messages.push(withoutNull(answer));
  return messages;
}

function toBlocks(content: string | Json[]): Json[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function toContent(content: string | Json[]): string | Json[] {
  return plainContent(toParts(toBlocks(content)));
}

function toParts(blocks: Json[]): Json[] {
  return blocks.flatMap((block) => {
    const part = toPart(block);
    return part ? [withoutNull({ ...part, cache_control: block.cache_control })] : [];
  });
}

function toPart({ type, text, source, title, citations }: Json): Json | undefined {
  if (type === "text") return { type, text };
  if (type === "image") return { type: "image_url", image_url: { url: urlOf(source) } };
  if (type !== "document") return undefined;
  return withoutNull({ type: "file", file: withoutNull({ filename: title, file_data: urlOf(source) }), citations });
}

function urlOf({ type, url, media_type: mediaType, data }: Json): string {
  if (type === "url") return url;
  return dataUrl(mediaType, type === "text" ? Buffer.from(data).toString("base64") : data);
}

function toDetail({ type, thinking, signature, data }: Json, index: number): Json[] {
  const common = { format: "anthropic-claude-v1", index };
  if (type === "thinking") return [{ type: "reasoning.text", text: thinking, signature, ...common }];
  return type === "redacted_thinking" ? [{ type: "reasoning.encrypted", data, ...common }] : [];
}

/**
 * Everything that a request says to a model. Left out: its name, how the answer travels, the vendor's own tools, and
 * spellings that mean the same: one text and a list with one, false and absent, a free choice of tools and none.
 */
function meaningOf({ model, stream, system, messages, tools, tool_choice: choice, thinking, ...rest }: Json): unknown {
  return withoutNull({
    ...rest,
    system: system && toBlocks(system).map(meaningOfBlock),
    messages: messages.map(({ role, content }: Json) => ({ role, content: toBlocks(content).map(meaningOfBlock) })),
    tools: nonEmpty((tools ?? []).filter(({ input_schema: schema }: Json) => schema).map(meaningOfTool)),
    tool_choice: choice?.type === "auto" && !choice.disable_parallel_tool_use ? null : choice,
    thinking: thinking && { ...thinking, display: thinking.display ?? "summarized" },
  });
}

function meaningOfBlock({ is_error: isError, content, ...block }: Json): Json {
  const inner = content && toBlocks(content).map(meaningOfBlock);
  return withoutNull({ ...block, content: inner, is_error: isError || null });
}

function meaningOfTool({ strict, description, ...tool }: Json): Json {
  return withoutNull({ ...tool, strict: strict || null, description: description || null });
}

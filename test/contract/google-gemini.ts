import {
  type Expectation,
  type FormatContract,
  type ReportedFailure,
  type ReportedUsage,
  reportedFailure,
  toFinishReason,
} from "./expectation.ts";
import { dataUrl, isSilent, nonEmpty, PLAIN_QUESTION, plainContent, silence, withoutNull } from "./reading.ts";
import type { Json, Recording } from "./recording.ts";

/** Google's `generateContent`. */
export const googleGemini: FormatContract = {
  expect({ response }) {
    if (response.status !== 200) {
      const failure = readError((response.body as Json).error, response.status);
      return { ...silence(), outcome: "refused", failure };
    }
    return readAnswer(response.sse_text === undefined ? [response.body as Json] : piecesOf(response.sse_text));
  },
  path: ({ model, isStreamed }) =>
    `/models/${model}:${isStreamed ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  toClientRequest,
  meaningOf,
  quirksOf: () => ({}),
};

/** The events of a stream, and the bare JSON in which a stream that breaks off may end. */
function piecesOf(sseText: string): Json[] {
  const [events = "", tail] = sseText.split(/^(?=[[{])/m);
  const lines = events.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return [...lines.map((line) => line.slice(5)), ...(tail ? [tail] : [])].flatMap((data) => JSON.parse(data));
}

/** Ends of an answer that say that it cannot be used. */
const SPOILED = /^(MALFORMED_FUNCTION_CALL|MALFORMED_RESPONSE|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|OTHER)$/;

function readAnswer(pieces: Json[]): Expectation {
  const seen = silence();
  let usage: Json | undefined;
  let ending: Json = {};
  let block: Json | undefined;
  for (const piece of pieces) {
    if (piece.error) return fail(seen, readError(piece.error, piece.error.code));
    const candidate = piece.candidates?.find(({ index }: Json) => !index) ?? {};
    for (const part of candidate.content?.parts ?? []) takePart(seen, part);
    if (candidate.finishReason) ending = candidate;
    block ??= piece.promptFeedback?.blockReason && piece.promptFeedback;
    usage = piece.usageMetadata ? { ...usage, ...piece.usageMetadata } : usage;
  }
  if (block && isSilent(seen))
    return fail(seen, { ...reportedFailure(undefined, block.blockReasonMessage ?? ""), statuses: [403] });
  const native = block ? block.blockReason : ending.finishReason;
  if (!native) return fail(seen, reportedFailure(undefined, ""));
  const hasCalls = seen.toolCalls.length > 0;
  if (SPOILED.test(native) && !(native === "UNEXPECTED_TOOL_CALL" && hasCalls))
    return fail(seen, reportedFailure(undefined, ending.finishMessage ?? ""));
  seen.nativeFinishReason = native;
  seen.finishReason = toFinishReason(native, hasCalls);
  seen.usage = usage?.promptTokenCount === undefined ? undefined : readUsage(usage);
  return seen;
}

function fail(seen: Expectation, failure: ReportedFailure): Expectation {
  return { ...seen, outcome: isSilent(seen) ? "refused" : "broken", failure };
}

/** Code that the vendor ran, and what came out of it, are fenced in the text. */
function takePart(seen: Expectation, { text, thought, functionCall, executableCode, codeExecutionResult }: Json): void {
  if (thought) seen.reasoning += text ?? "";
  else seen.text += text ?? "";
  if (functionCall)
    seen.toolCalls.push({ id: functionCall.id, name: functionCall.name, arguments: functionCall.args ?? {} });
  const code = executableCode?.code ?? codeExecutionResult?.output;
  if (code === undefined) return;
  const gap = seen.text === "" || seen.text.endsWith("\n") ? "" : "\n";
  seen.text += `${gap}\`\`\`${executableCode?.language.toLowerCase() ?? ""}\n${code.trimEnd()}\n\`\`\`\n`;
}

/** Thoughts come on top of the candidates, what the vendor's tools added on top of the prompt. */
function readUsage({ promptTokenCount, totalTokenCount, ...counts }: Json): ReportedUsage {
  return {
    prompt_tokens: promptTokenCount + (counts.toolUsePromptTokenCount ?? 0),
    completion_tokens: (counts.candidatesTokenCount ?? 0) + (counts.thoughtsTokenCount ?? 0),
    total_tokens: totalTokenCount,
    cached_tokens: counts.cachedContentTokenCount,
    reasoning_tokens: counts.thoughtsTokenCount,
  };
}

/** A bad key is reported as a bad request. */
function readError({ message, details }: Json, status: number): ReportedFailure {
  const isKey = details?.some(({ reason }: Json) => reason === "API_KEY_INVALID") ?? false;
  return reportedFailure(isKey ? 401 : status, message);
}

function toClientRequest({ request, streaming }: Recording): Json {
  if (!request.body) return { ...PLAIN_QUESTION, stream: streaming };
  const {
    contents,
    systemInstruction,
    tools,
    toolConfig,
    generationConfig: config = {},
    ...rest
  } = plain(request.body);
  const instructions = systemInstruction ? [{ role: "system", content: toContent(systemInstruction.parts) }] : [];
  const declarations = [tools ?? []].flat().flatMap(({ functionDeclarations }: Json) => functionDeclarations ?? []);
  const hasSearch = [tools ?? []].flat().some(({ googleSearch }: Json) => googleSearch);
  const voice = config.speechConfig?.voiceConfig.prebuiltVoiceConfig.voiceName;
  return withoutNull({
    ...rest,
    stream: streaming,
    messages: [...instructions, ...toClientMessages(contents)],
    max_tokens: config.maxOutputTokens,
    temperature: config.temperature,
    top_p: config.topP,
    top_k: config.topK,
    seed: config.seed,
    stop: config.stopSequences,
    logprobs: config.responseLogprobs,
    top_logprobs: config.logprobs,
    modalities: config.responseModalities?.map((modality: string) => modality.toLowerCase()),
    audio: voice && { voice, format: "pcm16" },
    image_config: config.imageConfig && { aspect_ratio: config.imageConfig.aspectRatio },
    response_format: config.responseMimeType && toFormat(config),
    tools: nonEmpty(declarations.map(toTool)),
    tool_choice: toolConfig && toChoice(toolConfig.functionCallingConfig),
    web_search_options: hasSearch ? {} : null,
    ...(config.thinkingConfig && toReasoning(config.thinkingConfig)),
  });
}

/** Thoughts that are only to be shown are an `include_reasoning`, the rest is the reasoning itself. */
function toReasoning({ thinkingLevel: effort, thinkingBudget: budget }: Json): Json {
  if (effort) return { reasoning: { effort } };
  return budget === undefined ? { include_reasoning: true } : { reasoning: { max_tokens: budget } };
}

function toFormat(config: Json): Json {
  const schema = schemaIn(config.responseJsonSchema ?? config.responseSchema);
  return schema ? { type: "json_schema", json_schema: { name: "answer", schema } } : { type: "json_object" };
}

function toTool(declaration: Json): Json {
  const { name, description } = declaration;
  return { type: "function", function: withoutNull({ name, description, parameters: parametersOf(declaration) }) };
}

function parametersOf({ parametersJsonSchema, parameters_json_schema, parameters }: Json): Json | undefined {
  return schemaIn(parametersJsonSchema ?? parameters_json_schema ?? parameters);
}

/** The vendor's own dialect writes types in capitals. */
function schemaIn(schema: Json | undefined): Json | undefined {
  if (!schema) return undefined;
  const text = JSON.stringify(schema);
  return JSON.parse(text.replace(/"type":"([A-Z]+)"/g, (_, type: string) => `"type":"${type.toLowerCase()}"`));
}

/** Of several functions that may be called a client can name one or all. */
function toChoice({ mode, allowedFunctionNames: names }: Json): unknown {
  if (names?.length === 1) return { type: "function", function: { name: names[0] } };
  return { ANY: "required", NONE: "none", AUTO: "auto" }[mode.toUpperCase() as string];
}

/** Results belong to the calls of the turn before, in their order; calls without an id get one. */
function toClientMessages(contents: Json[]): Json[] {
  const messages: Json[] = [];
  let calls: Json[] = [];
  for (const [position, { role, parts }] of contents.entries()) {
    if (role === "model") {
      const message = toAnswer(parts, `turn-${position}`);
      calls = message.tool_calls ?? [];
      messages.push(message);
      continue;
    }
    const results = parts.flatMap(({ functionResponse }: Json) => functionResponse ?? []);
    for (const [index, result] of results.entries())
      messages.push({ role: "tool", tool_call_id: calls[index]?.id, content: toResult(result) });
    const content = toContent(parts);
    if (content.length > 0 || results.length === 0) messages.push({ role: "user", content });
  }
  return messages;
}

function toAnswer(parts: Json[], turn: string): Json {
  const details: Json[] = [];
  const tool_calls: Json[] = [];
  for (const { thought, text, functionCall, thoughtSignature: signature } of parts) {
    const common = { format: "google-gemini-v1", index: details.length };
    if (thought) details.push(withoutNull({ type: "reasoning.text", text, signature, ...common }));
    if (!functionCall) continue;
    const id = functionCall.id ?? `${turn}-${tool_calls.length}`;
    const called = { name: functionCall.name, arguments: JSON.stringify(functionCall.args ?? {}) };
    tool_calls.push({ id, type: "function", function: called });
    if (signature) details.push({ type: "reasoning.encrypted", data: signature, id, ...common });
  }
  const content = toContent(parts);
  return withoutNull({
    role: "assistant",
    content: content.length > 0 ? content : null,
    tool_calls: nonEmpty(tool_calls),
    reasoning_details: nonEmpty(details),
  });
}

function toResult({ response, parts }: Json): unknown {
  const text = { type: "text", text: JSON.stringify(response) };
  return parts ? [text, ...parts.flatMap(toPart)] : text.text;
}

function toContent(parts: Json[]): string | Json[] {
  return plainContent(parts.filter(({ thought }) => !thought).flatMap(toPart));
}

function toPart({ text, inlineData: data }: Json): Json[] {
  if (text !== undefined) return [{ type: "text", text }];
  if (!data) return [];
  const url = dataUrl(data.mimeType, data.data);
  const isImage = data.mimeType.startsWith("image/");
  return [isImage ? { type: "image_url", image_url: { url } } : { type: "file", file: { file_data: url } }];
}

/** The vendor takes its fields in two spellings, base64 in two alphabets, and one tool without a list. */
const SPELLINGS: Record<string, string> = {
  inline_data: "inlineData",
  mime_type: "mimeType",
  function_call: "functionCall",
  function_response: "functionResponse",
  function_declarations: "functionDeclarations",
  thought_signature: "thoughtSignature",
};

function plain(value: Json): Json {
  const rename = (held: unknown): unknown => {
    if (Array.isArray(held)) return held.map(rename);
    if (typeof held !== "object" || held === null) return held;
    const entries = Object.entries(held).map(([key, inner]) => [SPELLINGS[key] ?? key, rename(inner)]);
    const renamed: Json = Object.fromEntries(entries);
    if (renamed.mimeType && typeof renamed.data === "string")
      renamed.data = renamed.data.replaceAll("-", "+").replaceAll("_", "/");
    return renamed;
  };
  return rename(value) as Json;
}

/**
 * Everything that a request says to a model. Left out: what is the default (text as the only modality, a list of all
 * functions that may be called), ids of calls where none were recorded, the mark for a missing signature, and the
 * difference between the schema dialects.
 */
function meaningOf(body: Json, { request }: Recording): unknown {
  const hasIds = /"function_?[cC]all":\{[^}]*"id":/.test(JSON.stringify(request.body));
  const { contents, systemInstruction, tools, toolConfig, generationConfig, ...rest } = plain(body);
  const { responseSchema, responseJsonSchema, responseModalities, ...config } = generationConfig ?? {};
  const isTextOnly = String(responseModalities) === "TEXT";
  const declared = [tools ?? []].flat().map(meaningOfTool);
  return withoutNull({
    ...rest,
    system: systemInstruction?.parts,
    contents: contents.map(({ role, parts }: Json) => ({
      role,
      parts: parts.map((part: Json) => meaningOfPart(part, hasIds)),
    })),
    tools: nonEmpty(declared),
    choice: toolConfig && meaningOfChoice(toolConfig.functionCallingConfig, declared),
    config: withoutNull({
      ...config,
      modalities: isTextOnly ? null : responseModalities,
      schema: schemaIn(responseJsonSchema ?? responseSchema),
    }),
  });
}

function meaningOfTool({ functionDeclarations: declarations, ...tool }: Json): Json {
  const plainDeclarations = declarations?.map((declaration: Json) => {
    const { name, description } = declaration;
    return withoutNull({ name, description: description || null, parameters: parametersOf(declaration) });
  });
  return withoutNull({ ...tool, functions: plainDeclarations });
}

function meaningOfChoice({ mode, allowedFunctionNames: names }: Json, tools: Json[]): Json {
  const isAll = names?.length === tools.flatMap(({ functions }) => functions ?? []).length;
  return withoutNull({ mode: mode.toUpperCase(), names: isAll ? null : names });
}

function meaningOfPart(
  { text, functionCall, functionResponse, thoughtSignature, ...part }: Json,
  hasIds: boolean,
): Json {
  const isMissing = thoughtSignature === "skip_thought_signature_validator";
  return withoutNull({
    ...part,
    text: text?.trim(),
    call: functionCall && withoutNull({ args: {}, ...functionCall, ...(!hasIds && { id: null }) }),
    result: functionResponse && withoutNull({ ...functionResponse, ...(!hasIds && { id: null }) }),
    signature: isMissing ? null : thoughtSignature,
  });
}

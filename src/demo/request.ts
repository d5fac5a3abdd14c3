import * as z from "zod";

const contentSchema = z
  .union([z.string(), z.array(z.object({ type: z.string(), text: z.string().nullish() }))])
  .nullish();

const messageSchema = z.object({
  role: z.string(),
  content: contentSchema,
  tool_call_id: z.string().nullish(),
  tool_calls: z.array(z.object({ id: z.string(), function: z.object({ name: z.string() }) })).nullish(),
});
export type DemoMessage = z.infer<typeof messageSchema>;

const toolSchema = z.object({
  type: z.string(),
  function: z.object({ name: z.string().min(1), parameters: z.unknown().optional() }).optional(),
});

/** What the demo models read of an OpenAI chat request; everything else is taken and left alone. */
export const demoRequestSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: z.union([z.string(), z.object({ function: z.object({ name: z.string() }).optional() })]).nullish(),
  reasoning_effort: z.string().nullish(),
});
export type DemoRequest = z.infer<typeof demoRequestSchema>;

/** The text of a message: its text parts joined by line breaks; empty when it has none. */
export function textOf(message: DemoMessage): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).flatMap((part) => (part.type === "text" && part.text ? [part.text] : [])).join("\n");
}

/** The text of the last user message; empty when there is none. */
export function lastUserText(request: DemoRequest): string {
  const message = request.messages.findLast((candidate) => candidate.role === "user");
  return message === undefined ? "" : textOf(message);
}

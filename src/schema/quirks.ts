import * as z from "zod";

/** Documented differences of a provider from its protocol. All default to the protocol's own way. */
export const quirksSchema = z.strictObject({
  /** The only field this provider knows for the output cap; default: as the client wrote it. */
  max_tokens_field: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  /** Refuses `stream_options`; usage then comes unasked or not at all. */
  no_stream_options: z.boolean().optional(),
  /** Is itself a router of this API: takes `plugins`, `reasoning`, `cache_control` and message fields as they are. */
  is_router: z.boolean().optional(),
  /**
   * Tells what a generation has cost under `GET {base_url}/generation?id=<its id there>`, as OpenRouter does:
   * `data.total_cost`, in US dollars, and may say so in `usage.cost` of its answers already. Each day's costs are
   * compared with it at night, a sample of them where it has to be asked.
   */
  generation_costs: z.boolean().optional(),
  /** Takes `cache_control` on messages, parts and tools; default: it is taken out. */
  cache_control: z.boolean().optional(),
  /** Under which name earlier reasoning goes back on assistant messages; default: it stays here. */
  reasoning_field: z.enum(["reasoning", "reasoning_content"]).optional(),
  /**
   * How reasoning is asked for; `none` sends nothing.
   * - OpenAI's format: `effort` sends `reasoning_effort` (default).
   * - Anthropic's: `budget` sends a number of tokens (default; Claude up to 4.5, and compatible companies), the others
   *   let the model decide under a level of effort: `adaptive` for models that do not think unasked (Claude 4.6 to
   *   4.8), `adaptive_default` for those that do (Opus 5, Sonnet 5, Haiku 5.5), `adaptive_always` for those that
   *   cannot be stopped, nor be made to call a tool (Fable, Mythos, Opus 5.5, Sonnet 5.5).
   * - Converse also: `nova` sends Amazon Nova's `reasoningConfig`.
   */
  reasoning_request: z
    .enum(["effort", "none", "budget", "adaptive", "adaptive_default", "adaptive_always", "nova"])
    .optional(),
  /** Levels of effort that the model takes; default: with adaptive thinking all, with a budget none. */
  reasoning_efforts: z.array(z.enum(["low", "medium", "high", "xhigh", "max"])).optional(),
  /** Format name of this company's signed reasoning; default: `anthropic-claude-v1`. For others that speak its API. */
  reasoning_format: z.string().min(1).optional(),
  /** Takes a schema for the answer and strict tools in Anthropic's format (Claude from 4.5 on); default: by a tool. */
  structured_outputs: z.boolean().optional(),
  /** Takes instructions among the turns in Anthropic's format (Claude from Opus 4.8 on); default: as user's text. */
  system_turns: z.boolean().optional(),
  /** Ties thinking to what stood before it (Claude from Fable 5.1 and 5.5 on); it is asked to forgive changes. */
  preserved_thinking: z.boolean().optional(),
  /** Streams tool arguments as they are written when asked to in Anthropic's format; default: value by value. */
  eager_input_streaming: z.boolean().optional(),
  /**
   * Whether the rules of Gemini 3 hold: thinking in levels, ids and signatures on function calls, JSON output beside
   * tools; default: as the model's name says. For rows whose names do not begin with `gemini-`.
   */
  gemini_3: z.boolean().optional(),
  /** Is Vertex AI's form of Anthropic's API: the model stands in the path, the version in the body. */
  vertex_anthropic: z.boolean().optional(),
  /** Goes on from a last message of the assistant as if it had written it: a broken answer can be continued here. */
  continues: z.boolean().optional(),
  /** Takes the service tier in headers, as Vertex AI does; default: in the body, as AI Studio does. */
  tier_header: z.boolean().optional(),
});
export type Quirks = z.infer<typeof quirksSchema>;

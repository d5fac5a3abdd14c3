/**
 * How vendors say that a prompt does not fit. Every line was seen in an answer or in the vendor's documentation.
 */
const WORDINGS: RegExp[] = [
  // OpenAI, Azure, DeepSeek, vLLM, xAI: "This model's maximum context length is 8192 tokens. However, you requested …"
  /maximum (context|prompt) length/i,
  // OpenAI and everyone who copies its code
  /context_length_exceeded/i,
  // Anthropic: "prompt is too long: 210000 tokens > 200000 maximum"
  /prompt is too long/i,
  // Anthropic: "input length and `max_tokens` exceed context limit"
  /exceeds? (the )?(model's )?(available )?context( (limit|length|window|size))?/i,
  // Google: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
  /input token count.{0,40}exceeds/i,
  // Vertex AI: "the input token count is 32769 but the model only supports up to 32768."
  /input token count.{0,40}only supports/i,
  // Bedrock: "Input is too long for requested model."
  /input is too long/i,
  // Groq: "Please reduce the length of the messages or completion."
  /reduce the length of (the )?(messages|prompt|either)/i,
  // Cohere: "too many tokens: total number of tokens …"
  /too many tokens: /i,
  // Mistral: "Prompt contains 40000 tokens … too large for model with 32768 maximum context length"
  /too large for model with \d+ maximum/i,
  // Together, TGI: "`inputs` tokens + `max_new_tokens` must be <= 4097"
  /inputs`? tokens \+ `?max_new_tokens/i,
  // llama.cpp, LM Studio, Ollama
  /(context|n_ctx|context window).{0,30}(overflow|exceed|too (small|long))/i,
  // SGLang: "The input (5000 tokens) is longer than the model's context length"
  /longer than the model's context length/i,
];

/** Whether an upstream's message says that the prompt is too long for the model. */
export function saysContextExceeded(text: string): boolean {
  return WORDINGS.some((wording) => wording.test(text));
}

/** One model at one provider, as a source tells of it. Prices are US dollars per million tokens. */
export interface Listing {
  /** The provider's slug in our catalogue. */
  provider: string;
  /** The model's name at the provider. */
  name: string;
  displayName: string;
  description?: string | undefined;
  /** What the source takes for the model's universal id; helpful, not always right. */
  canonical?: string | undefined;
  family?: string | undefined;
  input: string[];
  output: string[];
  contextLength?: number | undefined;
  maxInput?: number | undefined;
  maxOutput?: number | undefined;
  price?: Price | undefined;
  /** Price when the request asks for the tier `priority`. */
  priorityPrice?: Price | undefined;
  hasTools: boolean;
  hasStructuredOutputs: boolean;
  hasTemperature: boolean;
  reasoning?: ReasoningOptions | undefined;
  /** The field in which earlier reasoning goes back. */
  reasoningField?: string | undefined;
  /** `YYYY-MM-DD`. */
  released?: string | undefined;
  knowledge?: string | undefined;
  isOpenWeights: boolean;
  /** Served in another wire format, or at another URL, than the provider's other models. */
  route?: Route | undefined;
}

export type Route = "responses" | "vertex-anthropic" | "vertex-openai" | "azure-anthropic" | "azure-models";

export interface ReasoningOptions {
  /** Levels of effort that can be asked for; undefined when there are none. */
  efforts?: string[] | undefined;
  hasBudget: boolean;
  /** It can be turned off. */
  hasToggle: boolean;
}

export interface Price {
  input: number;
  output: number;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  reasoning?: number | undefined;
  inputAudio?: number | undefined;
  outputAudio?: number | undefined;
  /** Other prices for prompts of more tokens than `above`, ascending. */
  tiers?: (Omit<Price, "tiers"> & { above: number })[] | undefined;
}

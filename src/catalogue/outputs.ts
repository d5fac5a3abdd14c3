import type { Api } from "../schema/catalogue.ts";
import type { Endpoint, Model } from "./catalogue.ts";

/** Outputs that are no answers, and the wire formats whose providers have a route for them beside that of chats. */
const FORMATS: Record<string, ReadonlySet<Api>> = {
  embeddings: new Set<Api>(["openai-chat", "mistral-chat", "openai-responses"]),
  rerank: new Set<Api>(["openai-chat", "cohere-chat"]),
};

/**
 * Whether an endpoint gives these outputs beside text. A model that does not say what it gives is not known not to
 * give it, but for what only models give that say so.
 */
export function givesOutputs({ row }: Model, { provider }: Endpoint, wanted: string[]): boolean {
  return wanted.every((output) => {
    const formats = Object.hasOwn(FORMATS, output) ? FORMATS[output] : undefined;
    if (!formats) return row.output_modalities?.includes(output) ?? true;
    return row.output_modalities?.includes(output) === true && formats.has(provider.api);
  });
}

/** Whether a model gives answers: there are some that give only what has a route of its own. */
export function givesAnswers({ row }: Model): boolean {
  return row.output_modalities?.every((output) => Object.hasOwn(FORMATS, output)) !== true;
}

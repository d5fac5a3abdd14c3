import type { ModelRow, Provider } from "../schema/catalogue.ts";

/** The demo provider's slug: its models are `demo/…`. */
export const DEMO_SLUG = "demo";

/** The demo provider's row; what is behind `demo:` is `demoFetch`. */
export const DEMO_PROVIDER = {
  slug: DEMO_SLUG,
  name: "Demo",
  api: "openai-chat",
  base_url: "demo://local/v1",
  data_policy: { training: false, retention_days: 0 },
} as const satisfies Provider;

/** 2026-11-21, in Unix seconds. */
const CREATED = 1795219200;
const CONTEXT_LENGTH = 131072;
/** Not free, so that a first answer shows what a cost looks like. */
const PRICING = { prompt: "0.000001", completion: "0.000002" };
const PARAMETERS = ["max_tokens", "max_completion_tokens", "stop"];

const MODELS: Record<string, { name: string; description: string; parameters?: string[] }> = {
  echo: { name: "Echo", description: "Says back the last user message." },
  story: { name: "Story", description: "Tells a short story, word by word when streamed." },
  tools: {
    name: "Tools",
    description: "Calls the first tool with arguments made from its JSON Schema, then tells what the tool answered.",
    parameters: ["tools", "tool_choice"],
  },
  reasoner: {
    name: "Reasoner",
    description: "Thinks aloud about your message, then answers.",
    parameters: ["reasoning", "include_reasoning"],
  },
};

const FAULTS: Record<string, string> = {
  "fault-400": "Refuses every request with status 400.",
  "fault-401": "Refuses the provider's key with status 401.",
  "fault-402": "Wants money first, with status 402.",
  "fault-403": "Refuses the content with status 403.",
  "fault-404": "Answers 404, as if the model were gone.",
  "fault-408": "Answers 408, as if the request had come too slowly.",
  "fault-413": "Answers 413, whatever the size of the request.",
  "fault-429": "Answers 429 with a Retry-After header.",
  "fault-500": "Answers 500.",
  "fault-503": "Answers 503, overloaded.",
  "fault-529": "Answers 529, overloaded in other words.",
  "fault-babble": "Answers well, and talks on for ever after saying that this was all.",
  "fault-comments": "Sends signs of life for ever, and no answer.",
  "fault-context": "Says that the prompt exceeds the context length.",
  "fault-cut": "Starts to answer, then the connection dies.",
  "fault-empty": "Answers well-formed, with nothing in it.",
  "fault-endless": "Answers well, and never closes its stream.",
  "fault-eof": "Starts to answer, then ends without finish reason or terminal event.",
  "fault-error-first": "Answers status 200, then an error in place of the first event.",
  "fault-error-mid": "Starts to answer, then sends an error inside the stream.",
  "fault-gzip": "Answers in bytes that are compressed, and does not say so.",
  "fault-half": "Starts to answer, then ends in the middle of an event.",
  "fault-hang": "Never answers.",
  "fault-html": "Answers status 200 with a web page.",
  "fault-malformed": "Sends an event that is not JSON in the middle of its answer.",
  "fault-no-usage": "Answers well, and does not say what it used.",
  "fault-one-piece": "Answers well, in one piece where a stream was asked for.",
  "fault-redirect": "Sends its caller elsewhere with status 307.",
  "fault-silent": "Says that it is the assistant, then falls silent.",
  "fault-slow": "Answers well, 1.5 seconds late.",
  "fault-stall": "Starts to answer, then falls silent.",
  "fault-tool-cut": "Starts to call a tool, then ends in the middle of its arguments.",
  "fault-twice": "Answers well, and says twice that this was all.",
  "fault-wrong-type": "Answers well, with the content type of plain text.",
};

/** The demo provider's models, by id. */
export const DEMO_MODELS: Record<string, ModelRow> = Object.fromEntries([
  ...Object.entries(MODELS).map(([model, { name, description, parameters }]) =>
    row(model, `Demo: ${name}`, description, parameters),
  ),
  ...Object.entries(FAULTS).map(([model, description]) => row(model, `Demo: ${model}`, description)),
]);

function row(model: string, name: string, description: string, parameters: string[] = []): [string, ModelRow] {
  return [
    `${DEMO_SLUG}/${model}`,
    {
      name,
      description,
      created: CREATED,
      context_length: CONTEXT_LENGTH,
      input_modalities: ["text"],
      output_modalities: ["text"],
      endpoints: [
        {
          provider: DEMO_SLUG,
          model,
          pricing: PRICING,
          context_length: CONTEXT_LENGTH,
          supported_parameters: [...PARAMETERS, ...parameters],
        },
      ],
    },
  ];
}

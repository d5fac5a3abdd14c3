import { isRecord } from "../schema/accepts.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { asArray } from "./json.ts";

/** Fields that every protocol translates, or that only the router reads. */
const READ_FIELDS = new Set(
  (
    "model models messages prompt stream stream_options max_completion_tokens max_tokens tools tool_choice " +
    "response_format structured_outputs reasoning reasoning_effort include_reasoning provider plugins transforms " +
    "route preset session_id metadata trace debug usage max_tool_calls stop_server_tools_when input output rag_params id"
  ).split(" "),
);

/** Values that ask for nothing: what happens anyway when the field is not there. */
const NEUTRAL_VALUES = new Map<string, unknown>(
  Object.entries({
    top_k: 0,
    min_p: 0,
    top_a: 0,
    frequency_penalty: 0,
    presence_penalty: 0,
    repetition_penalty: 1,
    logprobs: false,
    top_logprobs: 0,
    n: 1,
    parallel_tool_calls: true,
    service_tier: "auto",
  }),
);

/** Names of the request's fields that mean something, and for which a format that knows `said` fields has no word. */
export function unsaidFields(chat: ChatRequest, said: ReadonlySet<string>): string[] {
  return Object.entries(chat)
    .filter(([field, value]) => value !== null && value !== undefined && !READ_FIELDS.has(field) && !said.has(field))
    .filter(([field, value]) => !asksNothing(field, value))
    .map(([field]) => field);
}

function asksNothing(field: string, value: unknown): boolean {
  if (field === "modalities") return asArray(value).every((modality) => modality === "text");
  if (field === "logit_bias") return isRecord(value) && Object.keys(value).length === 0;
  return NEUTRAL_VALUES.has(field) && NEUTRAL_VALUES.get(field) === value;
}

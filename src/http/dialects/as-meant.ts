import { type ChatRequest, wholeRequest } from "../../schema/chat.ts";
import { type Dialect, modelMissing } from "./dialect.ts";

/** A request, with all that belongs to it, as its client's dialect means it. Throws a 400 for what that refuses. */
export function asMeant(chat: ChatRequest, dialect: Dialect | undefined): ChatRequest {
  if (dialect?.needsModel && !chat.model && !chat.models?.length) throw modelMissing();
  const whole = wholeRequest(chat, dialect?.maxStops);
  return dialect?.prepare?.(whole) ?? whole;
}

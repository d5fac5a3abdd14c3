import { answerOf, answerWith } from "./answers.ts";
import { ACCIDENTS, HANG } from "./faults.ts";
import { FOREVER_MS, pause, play, type Step } from "./play.ts";
import { REFUSALS, type Refusal } from "./refusals.ts";
import { type DemoRequest, demoRequestSchema } from "./request.ts";
import { completionOf, ending, errorBody, type Identity, streamOf } from "./wire.ts";

/** The part of `fetch`'s second argument that the demo provider looks at. */
export interface DemoInit {
  method: string;
  headers: Headers | Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/**
 * The demo provider: what `fetch` would give if a vendor with the OpenAI chat format stood behind `url`, made here
 * without network or key. Rejects like `fetch` when the signal aborts. The same request gives the same text.
 */
export async function demoFetch(url: URL, init: DemoInit): Promise<Response> {
  init.signal.throwIfAborted();
  const request = readRequest(url, init);
  return "status" in request ? refuse(request) : answer(request, init);
}

function readRequest(url: URL, init: DemoInit): DemoRequest | Refusal {
  if (!url.pathname.endsWith("/chat/completions"))
    return refusal(404, "The demo provider answers chat completions only.");
  if (init.method !== "POST") return refusal(405, "Chat completions are asked for with POST.");
  const parsed = demoRequestSchema.safeParse(parseJson(init.body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refusal(400, `${issue?.path.join(".") || "body"}: ${issue?.message ?? "cannot be read"}`);
}

async function answer(request: DemoRequest, init: DemoInit): Promise<Response> {
  const { model } = request;
  if (model === HANG) await pause(FOREVER_MS, init.signal);

  const refused = Object.hasOwn(REFUSALS, model) ? REFUSALS[model] : undefined;
  if (refused) return refuse(refused);

  const accident = Object.hasOwn(ACCIDENTS, model) ? ACCIDENTS[model] : undefined;
  const good = accident ? answerWith(accident, request) : answerOf(model, request);
  if (!good) return refuse({ ...refusal(404, `There is no demo model "${model}".`), code: "model_not_found" });

  const identity: Identity = {
    id: `chatcmpl-demo-${fingerprint(JSON.stringify({ ...request, stream: undefined, stream_options: undefined }))}`,
    created: Math.floor(Date.now() / 1000),
    model,
  };
  const body = JSON.stringify(completionOf(good, request, identity));
  const as = (type: string, steps: Iterable<Step>) =>
    new Response(play(steps, init.signal), { headers: { "content-type": type } });
  if (request.stream) {
    const script = streamOf(good, request, identity);
    const steps = accident?.stream(script, body) ?? [...script.role, ...script.content, ...ending(script)];
    return as(accident?.contentType?.streamed ?? "text/event-stream; charset=utf-8", steps);
  }
  const whole: Step[] = [{ type: "send", text: body }];
  return as(accident?.contentType?.whole ?? "application/json", accident?.whole(body) ?? whole);
}

function refusal(status: number, message: string): Refusal {
  return { status, message, type: "invalid_request_error", code: null };
}

function refuse(error: Refusal): Response {
  return Response.json(errorBody(error), { status: error.status, headers: error.headers ?? {} });
}

/** The value that a JSON text holds; undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** 64 bits of a text as hexadecimal digits, by two rounds of FNV-1a; tells requests apart, protects nothing. */
function fingerprint(text: string): string {
  return [0x811c9dc5, 0x01000193].map((seed) => fnv1a(text, seed).toString(16).padStart(8, "0")).join("");
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

import { RouterError } from "../../errors.ts";
import { type ContentError, logContent } from "../../ledger/contents.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import type { ApiKey } from "../../schema/key.ts";
import type { Team } from "../../schema/team.ts";
import { type AppContext, waitUntilOf } from "../env.ts";

/** Of a longer answer the rest is not kept. */
const MAX_CHARS = 1024 * 1024;

/** Whose contents are asked for. */
interface Owner {
  id: string;
  createdAtMs: number;
  key: ApiKey;
  team: Team;
}

/**
 * Listens to one answer for a team that keeps what is said; undefined where nothing is to be kept: the team has not
 * switched it on, this generation is not in its sample, or somebody wants nothing to be retained.
 */
export function contentLogFor(c: AppContext, chat: ChatRequest, owner: Owner): ContentLog | undefined {
  const { team, key } = owner;
  if (!team.logsContent || Math.random() >= team.loggingSamplingRate) return undefined;
  const isZeroRetention = [chat.provider?.zdr, key.dataPolicy?.zdr, team.dataPolicy?.zdr].includes(true);
  return isZeroRetention ? undefined : new ContentLog(c, chat, owner);
}

export class ContentLog {
  readonly #context: AppContext;
  readonly #chat: ChatRequest;
  readonly #owner: Owner;
  #text = "";

  constructor(c: AppContext, chat: ChatRequest, owner: Owner) {
    this.#context = c;
    this.#chat = chat;
    this.#owner = owner;
  }

  /** What a dispatch is told, so that its answer is kept. */
  listen<Stores extends { settle: (record: GenerationRecord) => void; onText?: (text: string) => void }>(
    stores: Stores,
  ): Stores & { onText: (text: string) => void } {
    return {
      ...stores,
      onText: (text) => {
        stores.onText?.(text);
        if (this.#text.length < MAX_CHARS) this.#text += text;
      },
      settle: (record) => {
        stores.settle(record);
        // An answer of which nothing has gone out was refused: an error follows.
        const isRefused = this.#text === "" && record.outcome !== "cancelled";
        if (record.outcome !== "failed" && !isRefused) this.#keep(null);
      },
    };
  }

  /** The request ended with an error instead of an answer. */
  failed(error: unknown): void {
    if (!(error instanceof RouterError)) return;
    const { message, status, metadata } = error;
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    this.#keep({
      message,
      status,
      provider_name: text(metadata.provider_name),
      raw: text(metadata.raw),
      previous_errors: Array.isArray(metadata.previous_errors) ? metadata.previous_errors : [],
    });
  }

  #keep(error: ContentError | null): void {
    const { id, createdAtMs, key, team } = this.#owner;
    const output = error ? { completion: null, reasoning: null } : outputOf(this.#text);
    const content = { id, team: team.id, keyHash: key.hash, createdAtMs, input: { messages: this.#chat.messages } };
    logContent(this.#context.env.LEDGER, { ...content, output, error }, waitUntilOf(this.#context));
  }
}

/** The words of an answer, from what went to the client: one JSON object, or the events of a stream. */
function outputOf(text: string): { completion: string | null; reasoning: string | null } {
  const pieces = text.startsWith("{") ? [text] : text.split("\n").filter((line) => line.startsWith("data: {"));
  let completion = "";
  let reasoning = "";
  for (const piece of pieces) {
    const said = saidIn(piece.replace(/^data: /, ""));
    completion += said?.content ?? "";
    reasoning += said?.reasoning ?? "";
  }
  return { completion: completion || null, reasoning: reasoning || null };
}

interface Said {
  content?: string | null;
  reasoning?: string | null;
}

function saidIn(json: string): Said | undefined {
  try {
    const { choices } = JSON.parse(json) as { choices?: { index: number; message?: Said; delta?: Said }[] };
    const first = choices?.find(({ index }) => index === 0);
    return first?.message ?? first?.delta;
  } catch {
    // The last piece of an answer that was too long.
    return undefined;
  }
}

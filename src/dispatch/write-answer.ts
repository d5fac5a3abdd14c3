import type { UpstreamFailure } from "../errors.ts";
import type { WireError } from "../stream/encode.ts";
import { gatheredBody, overheard } from "../stream/gather.ts";
import type { AnswerStyle } from "../stream/style.ts";
import {
  type AnswerEnd,
  AnswerFeed,
  type Answering,
  type AnswerOptions,
  readCompletion,
  type Shown,
} from "./answer.ts";
import type { Attempt } from "./attempt.ts";
import type { Bill } from "./bill.ts";
import type { Answer, Dispatch } from "./dispatch.ts";
import type { Story } from "./explain.ts";
import { refusedAs, withSideCosts } from "./extras.ts";
import { clientLeft, toRefusal } from "./give-up.ts";

/** What has begun to answer: it is read, told of, and ended once. */
export interface Answerer {
  answering: Answering;
  shown: Shown;
  /** Where each choice comes from, where they are not all from one call. */
  sourceOf?: AnswerOptions["sourceOf"];
  /** What has happened until it began. */
  story: Story;
  /** The bodies that were sent upstream, for a client that wants to see them. */
  sent: unknown[];
  /** What it has used and costs by now. */
  bill(): Bill;
  /** How it was routed. */
  explain(): Record<string, unknown>;
  /** Goes on with an answer that broke off after so much text; undefined where it is not to be continued. */
  proceed?: ((failure: UpstreamFailure, text: string) => Promise<Attempt | undefined>) | undefined;
  toWireError(failure: UpstreamFailure): WireError;
  isLeft(): boolean;
  finish(end: AnswerEnd): void;
  leave(): void;
}

/** Writes what answers to the client: a body in one piece, or a stream that begins with what is there already. */
export async function writeAnswer(request: Dispatch, answerer: Answerer): Promise<Answer> {
  const { chat, onText, extras } = request;
  const { answering, story } = answerer;
  const options = optionsOf(request, answerer);
  const { dropped = [], formatNote, compression } = story;
  const notes = { droppedParameters: dropped, formatNote, compressionNote: compression?.summary };
  if (chat.stream !== true) {
    const body = await orRefused(answerer, readCompletion(answering, options));
    if (answerer.isLeft()) throw clientLeft();
    onText?.(body);
    answerer.finish({ how: "finished" });
    return { body, ...notes };
  }
  const feed = new AnswerFeed(answering, {
    ...options,
    sent: answerer.sent,
    proceed: answerer.proceed,
    toRefusal,
    toWireError: (failure) => answerer.toWireError(failure),
    onEnd: (end) => (end.how === "cancelled" ? answerer.leave() : answerer.finish(end)),
  });
  if (extras?.guard) await orRefused(answerer, feed.prime());
  return { body: gatheredBody(onText ? overheard(feed, onText) : feed), ...notes };
}

function optionsOf({ chat, identity, wantsMetadata, extras, style }: Dispatch, answerer: Answerer) {
  const created = Math.floor(identity.createdAtMs / 1000);
  return {
    envelope: { id: identity.id, created, ...answerer.shown, ...(style && idsOf(style)) },
    style,
    choices: chat.n ?? undefined,
    sourceOf: answerer.sourceOf,
    excludesReasoning: chat.reasoning?.exclude === true || chat.include_reasoning === false,
    ...extras,
    usage: () => withSideCosts(answerer.bill().wireUsage, extras?.sideCosts?.()),
    explain: wantsMetadata ? () => answerer.explain() : undefined,
  };
}

function idsOf({ id, episodeId }: AnswerStyle) {
  return { id, ...(episodeId !== undefined && { episode_id: episodeId }) };
}

/** What a guard lets pass. What it refuses was generated all the same, and is paid. */
async function orRefused<T>(answerer: Answerer, guarded: Promise<T>): Promise<T> {
  try {
    return await guarded;
  } catch (error) {
    answerer.finish({ how: "refused", finishReason: refusedAs(error) });
    throw error;
  }
}

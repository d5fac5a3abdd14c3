/** Pieces that come closer together than this are gathered before they are handed on. */
const FAST_GAP_MS = 2;
/** The longest that a gathered piece waits. */
const MAX_HOLD_MS = 1;
/** Text read ahead of a slow client; then the upstream has to wait. */
const MAX_AHEAD_CHARS = 64 * 1024;

/** A stream that has been silent for so long says that it is still there. Proxies on the way close it after a minute. */
const HEARTBEAT_MS = 10_000;
/** A comment, which event stream readers pass over; it stands between events, never in one. */
export const HEARTBEAT = ": OPENROUTER PROCESSING\n\n";

/** Where the text of a stream comes from. */
export interface TextFeed<Item> {
  /** What has come since the last call, as soon as there is something. Never rejects. */
  read(): Promise<Item>;
  /** Its text, possibly empty; `isLast` with the one after which nothing comes. */
  write(item: Item): { text: string; isLast: boolean };
  /** The last piece has been handed to the client. */
  delivered(): void;
  /** The client has left. */
  cancelled(): void;
}

/** The same feed, with someone who hears what it writes. */
export function overheard<Item>(feed: TextFeed<Item>, onText: (text: string) => void): TextFeed<Item> {
  return {
    read: () => feed.read(),
    write(item) {
      const written = feed.write(item);
      onText(written.text);
      return written;
    },
    delivered: () => feed.delivered(),
    cancelled: () => feed.cancelled(),
  };
}

/**
 * A body that hands out a feed's text. Slow pieces pass at once. Where pieces come faster than every 2 ms, as many as
 * arrive within 1 ms go out together: handing one out costs more than all that is done to it.
 *
 * A pull-based source, because only such a one can turn an upstream's death into a last piece and still close well.
 */
export function gatheredBody<Item>(feed: TextFeed<Item>): ReadableStream<Uint8Array> {
  const body = new GatheredBody(feed);
  return new ReadableStream<Uint8Array>(
    { pull: (controller) => body.pull(controller), cancel: () => body.cancel() },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();

class GatheredBody<Item> {
  readonly #feed: TextFeed<Item>;
  #text = "";
  /** What there is may be handed out. */
  #isReady = false;
  #isStarted = false;
  #isEnded = false;
  #isCancelled = false;
  #lastPieceAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One timer a stream, not one a piece: it looks how long the silence has lasted. */
  #heart: ReturnType<typeof setTimeout> | undefined;
  /** Wakes the pull that waits for text. */
  #wake: (() => void) | undefined;
  /** Lets the reading ahead go on. */
  #makeRoom: (() => void) | undefined;

  constructor(feed: TextFeed<Item>) {
    this.#feed = feed;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#lastPieceAtMs = Date.now() - FAST_GAP_MS;
      this.#beatIn(HEARTBEAT_MS);
      void this.#readAhead();
    }
    while (!this.#isReady) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#isCancelled) return;
    this.#isReady = this.#isEnded;
    if (this.#text !== "") controller.enqueue(encoder.encode(this.#text));
    this.#text = "";
    this.#makeRoom?.();
    if (!this.#isEnded) return;
    clearTimeout(this.#heart);
    controller.close();
    this.#feed.delivered();
  }

  cancel(): void {
    if (this.#isEnded && this.#text === "") return;
    this.#isCancelled = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#heart);
    this.#feed.cancelled();
    this.#makeRoom?.();
    this.#release();
  }

  async #readAhead(): Promise<void> {
    while (!this.#isEnded && !this.#isCancelled) {
      const { text, isLast } = this.#feed.write(await this.#feed.read());
      if (text !== "") this.#take(text);
      if (isLast) this.#isEnded = true;
      else if (this.#text.length > MAX_AHEAD_CHARS) await this.#waitForRoom();
    }
    this.#release();
  }

  #take(text: string): void {
    this.#text += text;
    const now = Date.now();
    const isFast = now - this.#lastPieceAtMs < FAST_GAP_MS;
    this.#lastPieceAtMs = now;
    if (!isFast) this.#release();
    else if (this.#timer === undefined && !this.#isReady) this.#timer = setTimeout(() => this.#release(), MAX_HOLD_MS);
  }

  /** Says that the stream is still there, when it has been silent; looks again when it may have been. */
  #beatIn(ms: number): void {
    this.#heart = setTimeout(() => {
      if (this.#isEnded || this.#isCancelled) return;
      const silenceMs = Date.now() - this.#lastPieceAtMs;
      const isSilent = silenceMs >= HEARTBEAT_MS;
      // What a client does not read is not added to.
      if (isSilent && this.#text === "") this.#take(HEARTBEAT);
      this.#beatIn(isSilent ? HEARTBEAT_MS : HEARTBEAT_MS - silenceMs);
    }, ms);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "" && !this.#isEnded && !this.#isCancelled) return;
    this.#isReady = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  #waitForRoom(): Promise<void> {
    this.#release();
    return new Promise((resolve) => {
      this.#makeRoom = () => {
        this.#makeRoom = undefined;
        resolve();
      };
    });
  }
}

import { connect, type Socket } from "node:net";

/** A whole answer. */
export interface Reply {
  status: number;
  /** From writing the request until the first event's data; undefined when the answer is not a stream. */
  firstTokenMs: number | undefined;
  /** Head and body as they came; empty unless asked for. */
  text: string;
}

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** A connection that is kept open, one exchange at a time. Reads no more of an answer than finding its end takes. */
export class Connection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => {});
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
      socket.once("error", reject);
    });
  }

  /** Rejects when the connection closes before the answer is whole. */
  exchange(request: Buffer, options: { keepsText: boolean } = { keepsText: false }): Promise<Reply> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const answer = new Answer(options.keepsText);
      const onData = (data: Buffer) => {
        const reply = answer.take(data);
        if (!reply) return;
        socket.off("data", onData);
        socket.off("close", onClose);
        resolve(reply);
      };
      const onClose = () => reject(new Error("The connection closed before the answer was whole."));
      socket.on("data", onData);
      socket.once("close", onClose);
      socket.write(request);
    });
  }

  /** Sends a request whose answer is thrown away as it comes. */
  start(request: Buffer): void {
    this.#socket.on("data", () => {});
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The bytes of one answer, until it is whole. */
class Answer {
  readonly #startedAtMs = performance.now();
  readonly #keepsText: boolean;
  #head = "";
  #status = 0;
  /** Undefined while the head is incomplete and for chunked bodies. */
  #bytesLeft: number | undefined;
  #tail = Buffer.alloc(0);
  #firstTokenMs: number | undefined;
  #text = "";

  constructor(keepsText: boolean) {
    this.#keepsText = keepsText;
  }

  take(data: Buffer): Reply | undefined {
    if (this.#keepsText) this.#text += data.toString("latin1");
    const body = this.#status === 0 ? this.#takeHead(data) : data;
    if (!body) return undefined;
    if (this.#firstTokenMs === undefined && body.includes("data: ")) {
      this.#firstTokenMs = performance.now() - this.#startedAtMs;
    }
    if (!this.#isWhole(body)) return undefined;
    return { status: this.#status, firstTokenMs: this.#firstTokenMs, text: this.#text };
  }

  /** What follows the head; undefined until the head is whole. */
  #takeHead(data: Buffer): Buffer | undefined {
    const before = this.#head.length;
    this.#head += data.toString("latin1");
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return undefined;
    this.#status = Number(this.#head.slice(9, 12));
    const length = /^content-length: *(\d+)/im.exec(this.#head.slice(0, end));
    if (length) this.#bytesLeft = Number(length[1]);
    return data.subarray(end + HEAD_END.length - before);
  }

  #isWhole(body: Buffer): boolean {
    if (this.#bytesLeft !== undefined) {
      this.#bytesLeft -= body.length;
      return this.#bytesLeft <= 0;
    }
    const isLong = body.length >= LAST_CHUNK.length;
    this.#tail = isLong ? body : Buffer.concat([this.#tail, body]);
    this.#tail = this.#tail.subarray(-LAST_CHUNK.length);
    return this.#tail.equals(LAST_CHUNK);
  }
}

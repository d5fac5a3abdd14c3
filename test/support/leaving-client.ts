import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Gateway } from "./gateway.ts";

/** A client on a socket of its own that can leave at any moment, in the two ways in which a connection ends. */
export interface LeavingClient {
  /** Rejects when the connection ends before the answer's headers are here. */
  response: Promise<IncomingMessage>;
  /** Waits until this text has arrived. */
  until(text: string): Promise<void>;
  /**
   * `reset` is noticed at once. `close` is noticed by local workerd when it writes the next time: use it where the
   * upstream goes on talking.
   */
  leave(how: "close" | "reset"): void;
}

/** Asks for a completion, or something else, on a new connection. */
export function askAndLeave({ baseUrl, key }: Gateway, body: object, path = "/chat/completions"): LeavingClient {
  const text = JSON.stringify(body);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const request: ClientRequest = httpRequest(baseUrl + path, { method: "POST", agent: false, headers });
  request.end(text);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on("response", resolve);
    request.on("error", reject);
  });

  let seen = "";
  const listen = (message: IncomingMessage) => {
    message.setEncoding("utf8");
    message.on("data", (piece: string) => {
      seen += piece;
    });
    message.on("error", () => {});
  };
  response.then(listen, () => {});

  return {
    response,
    async until(wanted) {
      const late = AbortSignal.timeout(5000);
      while (!seen.includes(wanted)) {
        if (late.aborted) throw new Error(`${JSON.stringify(wanted)} has not arrived, but ${JSON.stringify(seen)}`);
        await wait(5);
      }
    },
    leave(how) {
      if (how === "reset") request.socket?.resetAndDestroy();
      else request.socket?.destroy();
    },
  };
}

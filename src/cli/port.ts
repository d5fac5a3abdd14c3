import { createServer } from "node:net";

export const DEFAULT_PORT = 8787;

/** The port to listen on: the option, then the `PORT` variable, then 8787. Throws with a sentence. */
export function choosePort(option: string | undefined, variable: string | undefined): number {
  const [name, text] = option !== undefined ? ["--port", option] : ["PORT", variable];
  if (!text) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new Error(`${name} is "${text}"; it must be a number from 1 to 65535.`);
  return port;
}

/** Whether nobody listens at this port yet. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new Error(`Port ${port} cannot be used: ${error.message}`, { cause: error }));
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** A port at which nobody listens. */
export function findFreePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("There is no free port."));
      });
    });
  });
}

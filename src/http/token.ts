import { RouterError } from "../errors.ts";

/**
 * The token of a request: `Authorization: Bearer t`, `Authorization: t` or `x-api-key: t`. Throws 401 when there is
 * none, or more than one word of it.
 */
export function tokenOf(headers: Headers): string {
  const header = headers.get("authorization");
  if (header === null || header === "") {
    const token = headers.get("x-api-key")?.trim();
    if (token) return token;
    throw new RouterError("authentication", "Missing Authentication header");
  }
  const token = /^(?:bearer\s+)?(\S+)\s*$/i.exec(header)?.[1];
  if (token === undefined || /^bearer$/i.test(token))
    throw new RouterError("authentication", "No auth credentials found");
  return token;
}

/** Whether a request has a token, good or not. */
export function hasToken(headers: Headers): boolean {
  return headers.has("authorization") || headers.has("x-api-key");
}

/** Whether a token has the form of a personal or a service token, known or not. */
export function isPersonal(token: string): boolean {
  return token.startsWith("pm_pat_") || token.startsWith("pm_svc_");
}

/** Providers need to tell end users apart, not to know them. */
export async function withHashedUser<Request extends { user?: string | null | undefined }>(
  request: Request,
): Promise<Request> {
  if (!request.user) return request;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request.user));
  return { ...request, user: new Uint8Array(digest).toHex() };
}

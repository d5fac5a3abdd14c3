/** Shapes of keys that vendors and this router give out, and of the header that carries them. */
const SECRET_SHAPES = [
  /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|r8|fw|pplx|csk|tgp)[-_][A-Za-z0-9_*.-]{8,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g,
];

/** Shorter header values (`true`, `v1`) are no secrets; taking them out would garble every text. */
const MIN_SECRET_CHARS = 6;

/**
 * An upstream's text without what must not leave: the key and the headers it was called with, anything that looks like a key, and
 * the upstream's own URL.
 */
export function redact(text: string, upstream: { secrets: (string | undefined)[]; baseUrl: string }): string {
  let safe = text;
  for (const secret of upstream.secrets)
    if (secret !== undefined && secret.length >= MIN_SECRET_CHARS) safe = safe.replaceAll(secret, "[key]");
  for (const shape of SECRET_SHAPES) safe = safe.replace(shape, "[key]");
  safe = safe.replaceAll(upstream.baseUrl, "[upstream]");
  return upstream.baseUrl.startsWith("http") ? safe.replaceAll(new URL(upstream.baseUrl).host, "[upstream]") : safe;
}

/** Shapes of keys that vendors and this router give out, and of the header that carries them. */
const SECRET_SHAPES = [
  /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|r8|fw|pplx|csk|tgp)[-_][A-Za-z0-9_*.-]{8,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Shorter texts (`true`, `v1`, a region) are no secrets; taking them out would garble every message. */
const MIN_SECRET_CHARS = 8;

/**
 * An upstream's text without what must not leave: the secrets it was called with, in whole and in the parts in which
 * they travel, anything that looks like a key, and the upstream's own URL.
 */
export function redact(text: string, upstream: { secrets: (string | undefined)[]; baseUrl: string }): string {
  let safe = text;
  for (const secret of spellingsOf(upstream.secrets)) safe = safe.replaceAll(secret, "[key]");
  for (const shape of SECRET_SHAPES) safe = safe.replace(shape, "[key]");
  safe = safe
    .replaceAll(upstream.baseUrl, "[upstream]")
    .replaceAll(upstream.baseUrl.replaceAll("/", "\\/"), "[upstream]");
  return upstream.baseUrl.startsWith("http") ? safe.replaceAll(new URL(upstream.baseUrl).host, "[upstream]") : safe;
}

/** Every form in which a secret may stand in an answer, the longest first. */
function spellingsOf(secrets: (string | undefined)[]): string[] {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    if (secret === undefined) continue;
    for (const part of [secret, ...secret.split(/[\s:,;="]+/)]) {
      if (part.length < MIN_SECRET_CHARS) continue;
      const escaped = JSON.stringify(part).slice(1, -1);
      spellings.add(part).add(escaped).add(escaped.replaceAll("/", "\\/")).add(encodeURIComponent(part));
    }
  }
  return [...spellings].sort((a, b) => b.length - a.length);
}

/**
 * Whether a Claude model refuses `temperature` and `top_p` side by side. Those before 4.1 took both; the vendor says
 * so for each model by its name, and no row of a catalogue would know better: `claude-opus-4-1-20250805`,
 * `eu.anthropic.claude-haiku-4-5`, but not `claude-sonnet-4-20250514` or `claude-3-7-sonnet-20250219`.
 */
export function takesOneSampler(model: string): boolean {
  const version = /claude-[a-z]+-(\d+)(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 1);
}

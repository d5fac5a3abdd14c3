import type { ChatRequest } from "../schema/chat.ts";
import type { ChecksSettings } from "../schema/checks.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { refusal, requireScannable } from "./findings.ts";
import { scoreInjection } from "./injection/score.ts";
import { judgeScore } from "./judge.ts";
import { draftOf } from "./texts.ts";

const DEFAULT_THRESHOLD = 0.5;
/** Judges that are asked at the same time. */
const MAX_AT_ONCE = 4;

/** Throws 403 when one of the messages of a client or a tool reads like an injection. Each is looked at alone. */
export function refuseInjections(chat: ChatRequest, settings: ChecksSettings): void {
  const messages = scannedMessages(chat, settings);
  requireScannable(messages, "prompt injection");
  for (const { text, parts } of messages) {
    // A word may have been torn apart to hide it.
    for (const view of parts.length > 1 ? [text, parts.join("")] : [text]) {
      const { score, patterns } = scoreInjection(view);
      if (score >= thresholdOf(settings)) throw refusal("prompt_injection", { patterns });
    }
  }
}

/** The same by the operator's judge, where there is one. It sees what a model will see: give it the request as it leaves. */
export async function refuseJudgedInjections(
  chat: ChatRequest,
  settings: ChecksSettings,
  sides: Pick<SideCalls, "ask">,
): Promise<void> {
  if (!settings.injection?.judge) return;
  const texts = scannedMessages(chat, settings).values();
  const judge = async () => {
    for (const { text } of texts) {
      const score = await judgeScore(sides, settings, { check: "injection", text });
      if (score >= thresholdOf(settings)) throw refusal("prompt_injection", { patterns: [] });
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, judge));
}

/** Whether a text that was found, and not written by the client, reads like an injection: to us, or to the operator's judge. */
export async function isInjection(
  text: string,
  settings: ChecksSettings,
  sides: Pick<SideCalls, "ask">,
): Promise<boolean> {
  const threshold = thresholdOf(settings);
  if (scoreInjection(text).score >= threshold) return true;
  if (!settings.injection?.judge) return false;
  return (await judgeScore(sides, settings, { check: "injection", text })) >= threshold;
}

function thresholdOf({ injection }: ChecksSettings): number {
  return injection?.threshold ?? DEFAULT_THRESHOLD;
}

interface ScannedMessage {
  text: string;
  parts: string[];
}

/** The text of each message of a user or a tool; of the operator's own, where that is to be scanned. */
function scannedMessages(chat: ChatRequest, settings: ChecksSettings): ScannedMessage[] {
  const messages = new Map<number | undefined, string[]>();
  for (const { speaker, message, text } of draftOf(chat).slots) {
    const isScanned =
      speaker === "user" || speaker === "tool" || (speaker === "system" && settings.scan_system === true);
    if (!isScanned) continue;
    const parts = messages.get(message);
    if (parts) parts.push(text);
    else messages.set(message, [text]);
  }
  return [...messages.values()].map((parts) => ({ text: parts.join("\n"), parts }));
}

import type { ChatRequest } from "../schema/chat.ts";

/**
 * Whether the client wants a prompt that is too long to be shortened; undefined when it does not say. The plugin beats
 * the older `transforms`, whose empty list means no.
 */
export function compressionWish({ plugins, transforms }: ChatRequest): "on" | "off" | undefined {
  const plugin = plugins?.find(({ id }) => id === "context-compression");
  if (plugin) return plugin.enabled === false ? "off" : "on";
  if (transforms?.includes("middle-out")) return "on";
  return transforms?.length === 0 ? "off" : undefined;
}

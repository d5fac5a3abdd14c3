import { isBefore, isJoinedAt, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const V4 = /(?:\d{1,3}\.){3}\d{1,3}/g;
/** A number of four parts after one of these counts something else, and so does the one that it is raised to. */
const COUNTED =
  /(?:\b(?:v|ver|version|versie|release|build|firmware|driver|revision|rev|patch|upgrade[ds]?|section|sec|clause|chapter|figure|fig|table|steps?|paragraph|article|appendix|kernel|sdk|chrome|firefox|safari|edge|oid)\b[\s:#=./(vV-]{0,3}(?:from )?(?:\d{1,5}(?:\.\d{1,5}){1,3} (?:to|and|or|through|->) )?|§\s*|[@^~]|==)$/i;
const MAC =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_:-])[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[:-][0-9a-f]{2})/giu;
/** Three groups of four, as switches print them, or none at all: digits alone are something else. */
const GROUPED_MAC =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_.:-])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[.:-][0-9a-f])/giu;
const BARE_MAC =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_.:-])[0-9a-f]{12}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[.:-][0-9a-f])/giu;
const MAC_WORD = /(?<![a-z])(?:mac|bssid|hwaddr|ether|arp|vlan|switch|wlan)(?![a-z])/i;
const MAC_REACH = 40;
/** As much as a written address of version 6 can have, with a version 4 tail. */
const V6 =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_:.])[0-9a-f:]{2,45}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_:]|\.\d)/giu;

/** Addresses of version 4 and 6. */
export function findIpAddresses(text: string): PiiSpan[] {
  const sixes = text.includes(":") ? findV6(text) : [];
  return text.includes(".") ? [...sixes, ...findV4(text, sixes)] : sixes;
}

function findV4(text: string, sixes: PiiSpan[]): PiiSpan[] {
  const inside = new Set(sixes.map(({ end }) => end));
  return matchesOf(text, V4)
    .filter(({ start, end, match }) => isV4(match[0]) && isAlone(text, start, end) && !inside.has(end))
    .filter(({ start }) => !isBefore(text, start, COUNTED, 40))
    .map(({ start, end }) => ({ start, end, type: "IP_ADDRESS" as const }));
}

export function isV4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}

/** Not part of a longer dotted number, a word or a version such as `1.2.3.4-beta`. */
function isAlone(text: string, start: number, end: number): boolean {
  if (isPartBefore(text, start)) return false;
  if (/^(?:\.\d|[-+](?:alpha|beta|rc|dev|snapshot|build)|-?[a-z])/i.test(text.slice(end, end + 9))) return false;
  return !isJoinedAt(text, end);
}

function isPartBefore(text: string, start: number): boolean {
  if (isJoinedAt(text, start - 1)) return true;
  return /[\p{Script=Latin}\p{Script=Cyrillic}\p{N}][.-]$/u.test(text.slice(Math.max(0, start - 2), start));
}

function findV6(text: string): PiiSpan[] {
  return matchesOf(text, V6)
    .map(({ start, match }) => ({ start, end: start + withoutColon(match[0]).length }))
    .filter(({ start, end }) => isV6(text.slice(start, end)))
    .map((span) => ({ ...span, type: "IP_ADDRESS" as const }));
}

/** A single colon at the end belongs to the sentence. */
function withoutColon(found: string): string {
  return found.endsWith(":") && !found.endsWith("::") ? found.slice(0, -1) : found;
}

/** RFC 4291 2.2. What has neither a digit nor three groups is code (`a::b`) rather than an address. */
export function isV6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || !/[0-9a-f]/i.test(text)) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const tail = groups.at(-1) ?? "";
  const plain = tail.includes(".") ? [...groups.slice(0, -1), "0", "0"] : groups;
  if (tail.includes(".") && !isV4(tail)) return false;
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  if (halves.length === 1) return plain.length === 8;
  return plain.length < 8 && (plain.length > 2 || /\d/.test(text));
}

/** Six pairs with one separator, three groups of four, or twelve digits that are called so. */
export function findMacAddresses(text: string): PiiSpan[] {
  const grouped = matchesOf(text, GROUPED_MAC).filter(
    (span) => /[a-f]/i.test(span.match[0]) || isCalledMac(text, span),
  );
  const bare = matchesOf(text, BARE_MAC).filter((span) => isCalledMac(text, span));
  return [...matchesOf(text, MAC), ...grouped, ...bare].map(({ start, end }) => ({ start, end, type: "MAC_ADDRESS" }));
}

function isCalledMac(text: string, { start }: { start: number }): boolean {
  return isBefore(text, start, MAC_WORD, MAC_REACH);
}

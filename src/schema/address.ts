/** Ranges of IP addresses in CIDR form. Pure: where an address comes from is not known here. */

interface Range {
  groups: number[];
  /** How many leading bits of its 128 must agree. */
  bits: number;
}

const GROUPS = 8;
const GROUP_BITS = 16;
/** IPv4 has its place in IPv6, so that both are compared alike. */
const MAPPED_IPV4 = [0, 0, 0, 0, 0, 0xffff];
const MAPPED_BITS = 96;

/** Whether a text is an address, or a range of addresses such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** Whether an address lies in one of the ranges. What is no address lies in none. */
export function isWithin(address: string, ranges: string[]): boolean {
  const groups = parseAddress(address);
  return groups !== undefined && ranges.some((range) => covers(parseRange(range), groups));
}

function covers(range: Range | undefined, groups: number[]): boolean {
  if (!range) return false;
  return groups.every((group, index) => {
    const bits = Math.min(GROUP_BITS, Math.max(0, range.bits - index * GROUP_BITS));
    const mask = (0xffff << (GROUP_BITS - bits)) & 0xffff;
    return (group & mask) === ((range.groups[index] ?? 0) & mask);
  });
}

function parseRange(text: string): Range | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const groups = rest.length === 0 ? parseAddress(address) : undefined;
  if (!groups) return undefined;
  const isIpv4 = !address.includes(":");
  const maximum = isIpv4 ? 32 : 128;
  if (length !== undefined && !(/^\d{1,3}$/.test(length) && Number(length) <= maximum)) return undefined;
  const bits = length === undefined ? maximum : Number(length);
  return { groups, bits: isIpv4 ? MAPPED_BITS + bits : bits };
}

/** The eight groups of an address, of which an IPv4 address takes the last two. */
function parseAddress(text: string): number[] | undefined {
  if (!text.includes(":")) return parseIpv4(text, MAPPED_IPV4);
  const [head = "", tail, ...rest] = text.split("::");
  if (rest.length > 0) return undefined;
  // Only an address can end in the form of IPv4.
  const before = tail !== undefined && head.includes(".") ? undefined : parseGroups(head);
  const after = tail === undefined ? [] : parseGroups(tail);
  if (!before || !after) return undefined;
  const missing = GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const found = index === parts.length - 1 && part.includes(".") ? parseIpv4(part, []) : parseGroup(part);
    if (!found) return undefined;
    groups.push(...found);
  }
  return groups;
}

function parseGroup(text: string): number[] | undefined {
  return /^[0-9a-f]{1,4}$/i.test(text) ? [Number.parseInt(text, 16)] : undefined;
}

function parseIpv4(text: string, before: number[]): number[] | undefined {
  const bytes = text.split(".");
  // A leading zero is octal to some readers, so it is no address here.
  if (bytes.length !== 4 || !bytes.every((byte) => /^(?:0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256)) return;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return [...before, a * 256 + b, c * 256 + d];
}

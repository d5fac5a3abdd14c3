import { base58Check } from "./base58.ts";
import { segwitAddress } from "./bech32.ts";
import { below, lettersFrom, pick } from "./chance.ts";

/** Invented addresses of machines and wallets, from ranges for documentation where there are any. */

const HEX = "0123456789abcdef";
/** RFC 5737. They are 762 addresses in all; beyond them come private ones, which reach nobody either. */
const NETWORKS = ["192.0.2", "198.51.100", "203.0.113"] as const;
const DOMAINS = ["example.com", "example.org", "example.net"] as const;

export function fakeIpAddress(original: string, attempt: number): string {
  if (!original.includes(":")) {
    if (attempt < 60) return `${attempt < 20 ? NETWORKS[0] : pick(NETWORKS)}.${1 + below(254)}`;
    return `10.${below(256)}.${below(256)}.${1 + below(254)}`;
  }
  const groups = Array.from({ length: 4 }, () => `${1 + below(9)}${lettersFrom(HEX, 3)}`);
  return `2001:db8::${groups.join(":")}`;
}

/** RFC 7042 keeps 00-00-5E-00-53 for documentation; beyond its 256, an address that only its own network gives out. */
export function fakeMacAddress(original: string, attempt: number): string {
  const tail = attempt < 40 ? `00005e0053${lettersFrom(HEX, 2)}` : `02${lettersFrom(HEX, 10)}`;
  const separator = /[^0-9a-f]/i.exec(original)?.[0] ?? "";
  const written = tail.match(separator === "." ? /.{4}/g : /../g)?.join(separator) ?? tail;
  return /[A-F]/.test(original) ? written.toUpperCase() : written;
}

export function fakeUrl(original: string): string {
  const path = `${pick(DOMAINS)}/${lettersFrom("abcdefghijklmnopqrstuvwxyz", 8)}`;
  return /^www/i.test(original) ? `www.${path}` : `https://${path}`;
}

export function fakeDomain(): string {
  return pick(DOMAINS);
}

/** The hash behind it is drawn by chance from 2^160, so nobody has its key. */
export async function fakeCryptoAddress(original: string): Promise<string> {
  if (/^0x/i.test(original)) return `0x${lettersFrom(HEX, 40)}`;
  if (/^bc1/i.test(original)) return segwitAddress(Array.from({ length: 32 }, () => below(32)));
  return base58Check(
    original.startsWith("3") ? 0x05 : 0x00,
    Uint8Array.from({ length: 20 }, () => below(256)),
  );
}

import { isBase58Check } from "./base58.ts";
import { isSegwitAddress } from "./bech32.ts";
import { matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const BASE58 =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])[13][1-9A-HJ-NP-Za-km-z]{25,34}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])/gu;
const BECH32 =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])(?:bc1[a-z0-9]{11,71}|BC1[A-Z0-9]{11,71})(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])/gu;
const ETHEREUM =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])0x[0-9a-f]{40}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_])/giu;

/** Bitcoin addresses of every form whose checksum is right, and Ethereum addresses. */
export async function findCryptoAddresses(text: string): Promise<PiiSpan[]> {
  const base58 = matchesOf(text, BASE58);
  const verdicts = await Promise.all(base58.map(({ match }) => isBase58Check(match[0])));
  return [
    ...base58.filter((_, index) => verdicts[index]),
    ...matchesOf(text, BECH32).filter(({ match }) => isSegwitAddress(match[0].toLowerCase())),
    ...matchesOf(text, ETHEREUM),
  ].map(({ start, end }) => ({ start, end, type: "CRYPTO" }));
}

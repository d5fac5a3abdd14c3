import { isBase58Check, isBase58Key } from "./base58.ts";
import { isBech32Address, isCashAddress } from "./bech32.ts";
import { isNear, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const BEFORE = "(?<![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}_])";
const AFTER = "(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}_])";
const BASE58 = shape("[1-9A-HJ-NP-Za-km-z]{25,36}", "gu");
const BECH32 = shape(
  "(?:bc|ltc|addr|stake|cosmos|osmo|terra|inj|celestia|thor)1[a-z0-9]{11,110}|(?:BC|LTC)1[A-Z0-9]{11,71}",
  "gu",
);
const CASH = shape("(?:bitcoincash:)?[qp][02-9ac-hj-np-z]{41}", "giu");
const ETHEREUM = shape("0x[0-9a-f]{40}", "giu");
/** Known by their length alone. */
const MONERO = shape("[48][1-9AB][1-9A-HJ-NP-Za-km-z]{93}", "gu");
/** 32 bytes without a checksum: only where the text speaks of it. */
const SOLANA = shape("[1-9A-HJ-NP-Za-km-z]{40,44}", "gu");
const SOLANA_WORD = /(?<![a-z])(?:solana|sol|spl|phantom)(?![a-z])/i;
const REACH = 40;

function shape(address: string, flags: string): RegExp {
  return new RegExp(`${BEFORE}(?:${address})${AFTER}`, flags);
}

/**
 * Addresses of wallets whose checksum is right: Bitcoin and what descends from it, Tron, XRP, Tezos, Cardano, Cosmos.
 * Those of Ethereum and Monero are known by their shape, those of Solana also need its name near.
 */
export async function findCryptoAddresses(text: string): Promise<PiiSpan[]> {
  const base58 = matchesOf(text, BASE58);
  const verdicts = await Promise.all(base58.map(({ match }) => isBase58Check(match[0])));
  return [
    ...base58.filter((_, index) => verdicts[index]),
    ...matchesOf(text, BECH32).filter(({ match }) => isBech32Address(match[0].toLowerCase())),
    ...matchesOf(text, CASH).filter(({ match }) => isCashAddress(match[0].toLowerCase())),
    ...matchesOf(text, ETHEREUM),
    ...matchesOf(text, MONERO),
    ...matchesOf(text, SOLANA).filter((span) => isNear(text, span, SOLANA_WORD, REACH) && isBase58Key(span.match[0])),
  ].map(({ start, end }) => ({ start, end, type: "CRYPTO" }));
}

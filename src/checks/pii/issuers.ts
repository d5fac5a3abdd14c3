/** Who gives out payment cards, by the first digits, and how many digits theirs have. */
const ISSUERS: [prefix: RegExp, least: number, most: number][] = [
  // Visa
  [/^4/, 13, 19],
  // Mastercard
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, 16, 16],
  // American Express
  [/^3[47]/, 15, 15],
  // Diners Club
  [/^3(?:0[0-5]|095|6|[89])/, 14, 19],
  // JCB
  [/^35(?:2[89]|[3-8])/, 16, 19],
  [/^(?:2131|1800)/, 15, 15],
  // Discover
  [/^6(?:011|4[4-9]|5)/, 16, 19],
  // UnionPay
  [/^(?:62|81)/, 16, 19],
  // Maestro
  [/^(?:5018|5020|5038|5[6-8]|6304|6759|676[1-3])/, 13, 19],
  // RuPay, Mir
  [/^(?:60[0-8]|508[5-9]|82)/, 16, 16],
  [/^220[0-4]/, 16, 19],
];
/** Of the lengths between Visa's least and most these three are given out. */
const VISA_LENGTHS = [13, 16, 19];

/** Whether an issuer gives out numbers that begin so and are so long, and the last digit is the Luhn digit. */
export function isCardNumber(digits: string): boolean {
  if (digits.startsWith("4") && !VISA_LENGTHS.includes(digits.length)) return false;
  const isIssued = ISSUERS.some(
    ([prefix, least, most]) => digits.length >= least && digits.length <= most && prefix.test(digits),
  );
  return isIssued && luhnDigit(digits.slice(0, -1)) === digits.at(-1);
}

/** The digit that the Luhn formula puts behind these. */
export function luhnDigit(head: string): string {
  let sum = 0;
  for (let index = 0; index < head.length; index += 1) {
    const value = Number(head[head.length - 1 - index]) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return String((10 - (sum % 10)) % 10);
}

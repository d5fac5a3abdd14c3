/** Tokens by their number: text, or bytes where they are no text. */
export { default } from "gpt-tokenizer/bpeRanks/o200k_base";

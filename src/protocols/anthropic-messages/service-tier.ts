/** The vendor's tiers under the contract's names; any other name stays. */
export function toContractTier(tier: unknown): string | undefined {
  if (typeof tier !== "string") return undefined;
  return tier === "standard" ? "default" : tier;
}

/**
 * The tier to ask for. `auto` takes priority capacity where the account has it, `standard_only` never does; undefined
 * for tiers that the vendor does not have.
 */
export function toVendorTier(tier: string): "auto" | "standard_only" | undefined {
  if (tier === "auto" || tier === "priority" || tier === "fast") return "auto";
  return tier === "default" ? "standard_only" : undefined;
}

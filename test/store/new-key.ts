/** What a key of these tests is made from. */
export const FIELDS = {
  name: "test",
  team: "default",
  disabled: false,
  limitNanoUsd: null,
  limitReset: null,
  includeByokInLimit: false,
  createdAtMs: 1_795_000_000_000,
  updatedAtMs: null,
  expiresAtMs: null,
  creatorUserId: null,
  externalUser: null,
};

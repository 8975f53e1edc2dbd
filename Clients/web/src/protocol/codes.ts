/** Why the hub refuses a message (Protocol/wire.md, section 6). */
export const refusalCodes = [
  "viewer", "frozen", "review", "not-review", "removed", "foreign-client", "too-many-clients",
  "refused-before", "schema", "server-only", "document-limit", "too-costly", "misplaced",
  "unreadable", "not-saving",
] as const;

export type RefusalCode = typeof refusalCodes[number];

/** `unknown` for what a later hub may say: as final as most. */
export const readCode = (text: string): RefusalCode | "unknown" =>
  refusalCodes.find((code) => code === text) ?? "unknown";

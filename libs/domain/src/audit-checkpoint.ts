/** Where a vault key's chain stood. */
export interface ChainHead {
  readonly vaultKeyId: string;
  readonly sequence: bigint;
  readonly hash: string;
}

/** What all chains of an account had come to, of a UTC day `YYYY-MM-DD`. */
export interface CheckpointContent {
  readonly accountId: string;
  readonly day: string;
  /** Chains, and links in all of them. */
  readonly keys: number;
  readonly links: bigint;
  /** Those that moved since the checkpoint before; the others stand in an earlier one. */
  readonly movedHeads: readonly ChainHead[];
  readonly previousHash: string;
}

/** The text whose hash is the checkpoint's: with the one before in it, it covers every head of the account. */
export function checkpointText({ accountId, day, keys, links, movedHeads, previousHash }: CheckpointContent): string {
  const heads = movedHeads
    .map(({ vaultKeyId, sequence, hash }) => [vaultKeyId, sequence.toString(), hash] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ accountId, day, heads, keys, links: links.toString(), previousHash });
}

const DAY_MS = 86_400_000;

/** The UTC day of a moment, moved by whole days. */
export const utcDay = (atMs: number, plusDays = 0): string =>
  new Date(atMs + plusDays * DAY_MS).toISOString().slice(0, 10);

/** The day after. */
export const dayAfter = (day: string): string => utcDay(Date.parse(day), 1);

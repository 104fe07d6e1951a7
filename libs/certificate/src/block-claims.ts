import { z } from 'zod';

export const time = z.iso.datetime();
export const count = z.int().nonnegative();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

/** Block pages as every participant that touches blocks counted them. */
export const blockClaims = z.strictObject({
  pages: count,
  total: count,
  /** Read back as gone from every store. */
  swept: count,
  /** Left in place: another realm of the organization refers to them too, live or waiting for its own deletion. */
  retained: count,
  /** Merkle root over the pages (RFC 9162 hashing; libs/contracts, pageLeaf). */
  root: sha256,
});

export type BlockClaims = z.infer<typeof blockClaims>;

export function sameBlocks(a: BlockClaims, b: BlockClaims): boolean {
  return (
    a.pages === b.pages &&
    a.total === b.total &&
    a.swept === b.swept &&
    a.retained === b.retained &&
    a.root === b.root
  );
}

/** What a participant said that nothing is left with it. */
export const participantClaims = z.strictObject({
  participant: z.string().min(1),
  reportTime: time,
  removed: z.record(z.string(), count),
  blocks: blockClaims.nullable(),
  stores: z.array(z.string()),
});

/** Whose deletion it is, and what became of it when: in every document. */
export const deletionClaims = {
  deletionId: z.uuid(),
  /** The deletion that this one replays, over a restored backup; absent from all others. */
  replayOf: z.uuid().optional(),
  organizationId: z.string().min(1),
  workspaceId: z.uuid(),
  epoch: count,
  kind: z.enum(['deletion_planned', 'orphaned']),
  requestedBy: z.string().min(1),
  /** Absent for an orphan: nobody deleted it. */
  deleteTime: time.nullable(),
  purgeTime: time.nullable(),
  grantTime: time,
} as const;

/** What both versions claim. */
export const sharedClaims = {
  certificateId: z.uuid(),
  ...deletionClaims,
  issueTime: time,
  participants: z.array(participantClaims).min(1),
  blocks: blockClaims,
  readBack: z.string().min(1),
  /** What the certificate does not say. */
  limits: z.array(z.string()),
  issuer: z.string().min(1),
  /** Counts the organization's certificates from 1. */
  sequence: z.int().positive(),
  /** SHA-256 of the organization's previous certificate (its compact JWS); null for the first. */
  previous: sha256.nullable(),
} as const;

interface Counted {
  readonly blocks: BlockClaims;
  readonly participants: readonly { readonly blocks: BlockClaims | null }[];
}

export const addsUp = ({ blocks }: Counted): boolean => blocks.swept + blocks.retained === blocks.total;
export const ADDS_UP = 'swept and retained blocks must add up to the total';

export const countedTheSame = ({ blocks, participants }: Counted): boolean =>
  participants.every((p) => p.blocks === null || sameBlocks(p.blocks, blocks));
export const COUNTED_THE_SAME = 'every participant that counted blocks must have counted the same';

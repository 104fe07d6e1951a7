import { z } from 'zod';
import { count, deletionClaims, time } from './block-claims.js';

/**
 * What an interim statement says: where a deletion stands, what is left, and what holds it up. Never that it is complete. Ids, times,
 * counts and names of conditions; no sentence of a person, which may hold a name.
 */
export const statementClaims = z.strictObject({
  version: z.literal(1),
  /** Said in so many words, for whoever reads the claims alone. */
  statement: z.literal('interim: the deletion is not complete'),
  statementId: z.uuid(),
  ...deletionClaims,
  sweepTime: time.nullable(),
  grantedBy: z.enum(['loop', 'operator']),
  statedTime: time,
  /** Ordered to keep the blocks, and nobody has released them. */
  blocksKept: z.boolean(),
  paused: z.boolean(),
  /** An earlier epoch reported so many blocks that were never shown to be gone: no certificate for fewer. Absent: none. */
  unproven: z.strictObject({ blocks: count.positive(), epoch: count.positive() }).optional(),
  participants: z
    .array(z.strictObject({ participant: z.string().min(1), reportTime: time.nullable() }))
    .min(1),
  /** As participants last said; null: nobody has said anything yet. */
  progress: z
    .strictObject({
      blocksTotal: count,
      blocksSwept: count,
      blocksRetained: count,
      blocksBlocked: count,
      bytesTotal: count,
    })
    .nullable(),
  conditions: z.array(
    z.strictObject({
      type: z.string().min(1),
      source: z.string().min(1),
      /** A reason by its name ("ObjectLocked"), and the numbers of its sentence; null and none where there are none. */
      reason: z.string().nullable(),
      blocks: count.nullable(),
      since: time.nullable(),
      until: time.nullable(),
    }),
  ),
  issuer: z.string().min(1),
  service: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
});

export type StatementClaims = z.infer<typeof statementClaims>;

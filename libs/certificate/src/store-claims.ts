import { z } from 'zod';
import { count } from './block-claims.js';

/** What one store held of the blocks that were to be swept, and how it was read back. */
export const storeClaims = z.strictObject({
  store: z.string().min(1),
  /** By which the store was recognized: the id of the marker in it. */
  storeId: z.uuid(),
  /** "s3", "filesystem". */
  kind: z.string().min(1),
  /** Keys under which something was found; it is gone. */
  keysFound: count,
  /** Keys under which nothing was found. */
  keysMissing: count,
  /** Deleted versions and delete markers; on a store without versions, objects. */
  versionsDeleted: count,
  /** Aborted unfinished uploads. */
  uploadsAborted: count,
  /** "listing" of key ranges, "lookup" of single keys. Empty where there was nothing to sweep. */
  readBack: z.array(z.string().min(1)),
});

export type StoreClaims = z.infer<typeof storeClaims>;

/** Must be the first limit of a certificate whose stores held none of the blocks that were counted. */
export const NOTHING_FOUND =
  'The sweeps that verified these blocks found nothing under their keys in any store: it was gone before, deleted by an attempt that was interrupted, or never there.';

/** Blocks were to be swept, and no store held one of them: what was deleted may never have been where it was looked for. */
export function nothingWasFound(swept: number, stores: readonly StoreClaims[]): boolean {
  return swept > 0 && stores.every(({ keysFound }) => keysFound === 0);
}

import { z } from 'zod';
import {
  ADDS_UP,
  addsUp,
  COUNTED_THE_SAME,
  count,
  countedTheSame,
  sharedClaims,
  time,
} from './block-claims.js';
import { NOTHING_FOUND, nothingWasFound, storeClaims } from './store-claims.js';

/** Fields of the sample certificate of sanitization in NIST SP 800-88; docs/certificate.md says which is which, and which do not apply. */
export const sanitizationClaims = z.strictObject({
  guideline: z.string().min(1),
  /** Kinds of the stores, sorted. */
  mediaType: z.array(z.string().min(1)),
  /** Ids of the stores, in their order. */
  mediaIds: z.array(z.uuid()),
  /** "Clear" by what the storage's interface can address; "none" where no block was to be deleted. */
  method: z.enum(['Clear', 'none']),
  technique: z.string().min(1),
  tool: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
  verificationMethod: z.string().min(1),
  /** Services, never persons. */
  performedBy: z.array(z.string().min(1)).min(1),
  /** When the last of them had reported. */
  performedTime: time,
  verifiedBy: z.string().min(1),
  classification: z.literal('not applicable'),
});

/** Version 2: as version 1, and what each store held, bytes, the sweep time, who granted, and the fields of NIST SP 800-88. */
export const claimsOfVersion2 = z
  .strictObject({
    version: z.literal(2),
    ...sharedClaims,
    /** From when on blocks were deleted, by the organization's policy; null: at once. */
    sweepTime: time.nullable(),
    /** The loop, as soon as it was due, or an operator. Never who: the audit knows. */
    grantedBy: z.enum(['loop', 'operator']),
    /** Bytes of all blocks, retained ones included, by the realm's rows; null: nobody said. */
    bytesTotal: count.nullable(),
    stores: z.array(storeClaims),
    /** Empty: with an exception there is no certificate. */
    exceptions: z.array(z.never()),
    /** What signed. */
    service: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
    sanitization: sanitizationClaims,
  })
  .refine(addsUp, ADDS_UP)
  .refine(countedTheSame, COUNTED_THE_SAME)
  .refine(
    ({ blocks, stores }) =>
      stores.every(({ keysFound, keysMissing }) => keysFound + keysMissing === blocks.swept),
    'of every block to sweep each store must have had something or nothing',
  )
  .refine(
    ({ blocks, stores }) => blocks.swept === 0 || stores.length > 0,
    'blocks were swept, but from no store',
  )
  .refine(
    ({ blocks, stores }) => blocks.swept === 0 || stores.every(({ readBack }) => readBack.length > 0),
    'every store must have been read back',
  )
  .refine(
    ({ stores }) =>
      new Set(stores.map(({ storeId }) => storeId)).size === stores.length &&
      new Set(stores.map(({ store }) => store)).size === stores.length,
    'each store must be named once',
  )
  .refine(
    ({ stores, participants }) =>
      participants.every(
        (p) => p.stores.length === 0 || p.stores.join('\n') === stores.map(({ store }) => store).join('\n'),
      ),
    'every participant that names stores must name the same',
  )
  .refine(
    ({ stores, sanitization }) =>
      sanitization.mediaIds.join() === stores.map(({ storeId }) => storeId).join(),
    'the media must be the stores',
  )
  .refine(
    ({ blocks, stores, limits }) => !nothingWasFound(blocks.swept, stores) || limits[0] === NOTHING_FOUND,
    'that no store held anything must be said first',
  );

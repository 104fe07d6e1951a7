import { z } from 'zod';
import { ADDS_UP, addsUp, COUNTED_THE_SAME, countedTheSame, sharedClaims } from './block-claims.js';

/** Version 1: the counts of blocks, without what each store held. Still written of reports from before version 2. */
export const claimsOfVersion1 = z
  .strictObject({ version: z.literal(1), ...sharedClaims })
  .refine(addsUp, ADDS_UP)
  .refine(countedTheSame, COUNTED_THE_SAME);

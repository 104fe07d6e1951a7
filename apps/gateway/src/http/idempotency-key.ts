import { z } from 'zod';

/** Opaque. What is no key must not pass for none: the request it came with could then happen twice. */
export const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters, without spaces')
  .optional()
  .describe('A repetition within 24 hours by the same user gets the first answer again');

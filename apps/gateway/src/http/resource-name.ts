import { z } from 'zod';

/** A name people gave: only what could break a log line or a database text is refused here, the rest is the service's to judge. */
export const resourceName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');

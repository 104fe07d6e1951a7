import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/**
 * RFC 9110, section 13.1.1. One etag, because a workspace has one; anything unclear must not change it. What comes out is the
 * etag as workspace-service spells it, and empty for `*`: the workspace is there, or it is a 404 anyway.
 */
export const ifMatch = z
  .string()
  .regex(/^(\*|"[!#-~]{1,128}"|[A-Za-z0-9._:-]{1,128})$/, 'must be one strong etag, as in "abc"')
  .transform((text) => (text === '*' ? '' : text.replaceAll('"', '')));

/** The etag as a header, for the next If-Match; one that no header can carry is left out. */
export function showEtag(reply: FastifyReply, etag: string): void {
  if (/^[!#-~]+$/.test(etag)) void reply.header('etag', `"${etag}"`);
}

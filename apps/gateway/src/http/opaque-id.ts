import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { z } from 'zod';
import type { Reason } from './error-mapping.js';

export const MAX_ID_LENGTH = 256;

/** `{id}` of a path. No form is asked for: an id is opaque, and a malformed one is as unknown as any other. */
export const idParams = z.object({ id: z.string().describe('The unique identifier') });

/** `{id}` of a workspace and `{userId}` of somebody in it. */
export const memberParams = idParams.extend({
  userId: z.string().describe('The unique identifier of a user'),
});

/** The `workspaceId` of a query; clients send the text `undefined` for none. */
export const ofWorkspace = {
  workspaceId: z
    .string()
    .optional()
    .transform((text) => (text === 'undefined' ? '' : (text ?? '')))
    .describe('Only those of this workspace; without it those of every workspace of the caller'),
};

/** The id as given. One that is too long to exist is answered here, with the very bytes of an unknown one. */
export function existing(id: string, notFound: Reason & `${string}_NOT_FOUND`): string {
  if (id.length <= MAX_ID_LENGTH) return id;
  throw new RefusalError({ code: status.NOT_FOUND, reason: notFound, message: 'not found' });
}

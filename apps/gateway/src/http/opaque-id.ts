import { z } from 'zod';

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

/** More than anything has: accounts have at most 128 characters, all else is a UUID. */
const UNKNOWN_LENGTH = 129;

/**
 * The id as given. Of one that is too long to exist as much as is still too long: whether the caller is somebody is asked before it
 * is, and the answer is that of an unknown one. Counts characters as a database does: half of one would be another.
 */
export const existing = (id: string): string =>
  id.length <= MAX_ID_LENGTH ? id : Array.from(id).slice(0, UNKNOWN_LENGTH).join('');

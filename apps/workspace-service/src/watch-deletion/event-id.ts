import { createHash } from 'node:crypto';
import { Deletion } from '@lethe/contracts';

const LENGTH = 16;

/**
 * Names a state of a deletion as it is described: the same one by every process, at any time, since nothing in the description
 * comes from a clock when it is read. Two states of one deletion share a name once in 2^96.
 */
export const eventIdOf = (deletion: Deletion): string =>
  createHash('sha256')
    .update(JSON.stringify(Deletion.toJSON(deletion)))
    .digest('base64url')
    .slice(0, LENGTH);

import type { Grant } from '@lethe/contracts';
import { printableTime } from '../terminal/printable.js';

/** Until when the blocks of a grant stay, kept ones that are released too. Undefined: they may go now. */
export const blocksDueFrom = ({ blocksDue, sweepTime }: Grant): Date | undefined =>
  blocksDue ? undefined : sweepTime;

/** What becomes of the blocks of a purge that nobody keeps. Nobody waits for it here: it goes on by itself. */
export function removalSentence(grant: Grant | undefined, workspaceId: string): string {
  const from = grant && blocksDueFrom(grant);
  const removal =
    from === undefined
      ? 'Removing its blocks from the object storage'
      : `Its blocks stay in the object storage until ${printableTime(from)}, for backups to find them, and are removed then`;
  return `${removal}; follow with: lethe deletion watch ${workspaceId}`;
}

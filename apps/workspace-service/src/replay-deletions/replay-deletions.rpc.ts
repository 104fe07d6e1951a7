import { status } from '@grpc/grpc-js';
import type { ReplayDeletionsRequest, ReplayDeletionsResponse, ReplayedDeletion } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { RequiredParticipants } from '../deletion/participants.js';
import { organizationExists } from '../grant/grant.sql.js';
import { BEFORE_ALL_IDS, pageOf } from '../page.js';
import { refusals } from '../refusals.js';
import { organizationIdOf, pageSizeOf, pageTokenOf, textOf, timeOf, tokenPart, uuidOf } from '../requests.js';
import { replayDeletions } from './replay-deletions.js';
import { listReplayable, type ReplayRow, type ReplayableRow } from './replay-deletions.sql.js';

/** A page answers what it ordered; repeated, it answers what was left to order. */
export const replayDeletionsRpc =
  (pool: Pool, participants: RequiredParticipants) =>
  async (request: ReplayDeletionsRequest): Promise<ReplayDeletionsResponse> => {
    const size = pageSizeOf(request);
    const organizationId = organizationIdOf(request, 'all');
    const after = pageTokenOf(request, tokenPart.text, tokenPart.uuid) ?? [organizationId, BEFORE_ALL_IDS];
    if (organizationId !== '' && after[0] !== organizationId)
      throw refusals.invalidArgument('page_token is of another organization');
    const since = timeOf(request.since, 'since');
    if (since === undefined) throw refusals.invalidArgument('since must be set: the time of the backup');
    const by = textOf(request.orderedBy, 'ordered_by', 128);
    const unproven = request.unproven ? textOf(request.reason, 'reason', 1024) : undefined;
    const replayId = replayIdOf(request);
    if (organizationId !== '' && !(await organizationExists(pool, organizationId)))
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'ORGANIZATION_NOT_FOUND',
        message: 'Organization not found',
      });

    const rows = await listReplayable(pool, replayId, since, organizationId, after, size + 1);
    const { page, nextPageToken } = pageOf(rows, size, (last) => [last.organization_id, last.workspace_id]);
    const takes = (row: ReplayableRow) => row.unproven_blocks === 0 || (request.unproven && !row.only_waits);
    if (request.validateOnly || replayId === undefined)
      return {
        deletions: page.filter(takes).map(replayed),
        leftOut: page.filter((row) => !takes(row)).map(replayed),
        nextPageToken,
      };
    const order = { replayId, by, unproven };
    const { opened, leftOut } = await replayDeletions(pool, participants, order, page);
    return { deletions: opened.map(replayed), leftOut: leftOut.map(replayed), nextPageToken };
  };

const replayed = (row: ReplayableRow | ReplayRow): ReplayedDeletion => ({
  organizationId: row.organization_id,
  workspaceId: row.workspace_id,
  replayOf: row.replay_of,
  purgedTime: row.purged_time ?? undefined,
  deletionId: 'deletion_id' in row ? row.deletion_id : '',
  epoch: row.epoch,
  unprovenBlocks: row.unproven_blocks,
  unprovenEpoch: row.unproven_epoch,
});

/** Whoever only looks needs none. */
function replayIdOf({ replayId, validateOnly }: ReplayDeletionsRequest): string | undefined {
  const id = uuidOf(replayId);
  if (id === undefined && !(validateOnly && replayId === ''))
    throw refusals.invalidArgument('replay_id must be a UUID, the same for all pages of a replay');
  return id;
}

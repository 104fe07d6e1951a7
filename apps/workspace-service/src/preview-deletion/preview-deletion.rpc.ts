import type { PreviewDeletionRequest, PreviewDeletionResponse } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { alreadyDeleted } from '../deletion/already-deleted.js';
import { wireHold } from '../hold/hold.js';
import { wirePurgeMode } from '../policy/policy.js';
import { refusals } from '../refusals.js';
import { callerOf, uuidOf } from '../requests.js';
import { wireBucket, wireRepository } from '../resource/resource.js';
import type { Obstacle } from '../workspace/workspace-state.js';
import { wireMember } from '../workspace/workspace.js';
import { previewDeletion, type Preview } from './preview-deletion.js';

/** As DeleteWorkspace names them. */
const REASONS: Record<Obstacle['kind'], string> = {
  has_resources: 'WORKSPACE_HAS_RESOURCES',
  held: 'HELD',
  default_workspace: 'DEFAULT_WORKSPACE',
};

export const previewDeletionRpc =
  (pool: Pool) =>
  async (request: PreviewDeletionRequest): Promise<PreviewDeletionResponse> => {
    const outcome = await previewDeletion(pool, callerOf(request), uuidOf(request.workspaceId));
    switch (outcome.kind) {
      case 'preview':
        return wirePreview(outcome.preview);
      case 'caller_not_validated':
        throw refusals.callerNotValidated();
      case 'not_found':
        throw refusals.workspaceNotFound();
      case 'already_deleted':
        throw alreadyDeleted(outcome.deletion, outcome.restorable);
      case 'insufficient_permissions':
        throw refusals.insufficientPermissions('Insufficient permissions to preview the deletion');
      default:
        return unreachable(outcome);
    }
  };

const wirePreview = (preview: Preview): PreviewDeletionResponse => ({
  workspaceId: preview.workspaceId,
  organizationId: preview.organizationId,
  etag: preview.facts.etag,
  refusals: preview.obstacles.map(({ kind }) => REASONS[kind]),
  buckets: preview.buckets.map(wireBucket),
  bucketCount: preview.facts.liveBuckets,
  repositories: preview.repositories.map(wireRepository),
  repositoryCount: preview.facts.liveRepositories,
  holds: preview.holds.map(wireHold),
  members: preview.members.map(wireMember),
  previewTime: preview.preview_time,
  purgeTime: preview.purge_time ?? undefined,
  purgeMode: wirePurgeMode(preview.purge_mode),
  sweepTime: preview.sweep_time ?? undefined,
});

import type { PurgeAuthorityServiceServer, WorkspaceServiceServer } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { Handlers } from '@lethe/service';
import { createBucketRpc } from './create-bucket/create-bucket.rpc.js';
import { createRepositoryRpc } from './create-repository/create-repository.rpc.js';
import { createWorkspaceRpc } from './create-workspace/create-workspace.rpc.js';
import { deleteBucketRpc } from './delete-bucket/delete-bucket.rpc.js';
import { deleteRepositoryRpc } from './delete-repository/delete-repository.rpc.js';
import { deleteWorkspaceRpc } from './delete-workspace/delete-workspace.rpc.js';
import type { RequiredParticipants } from './deletion/participants.js';
import type { Patience } from './deletion/standstill.js';
import { getCertificateRpc } from './get-certificate/get-certificate.rpc.js';
import { getDeletionRpc } from './get-deletion/get-deletion.rpc.js';
import { getGrantRpc } from './get-grant/get-grant.rpc.js';
import { getStatementRpc } from './get-statement/get-statement.rpc.js';
import { getWorkspaceRpc } from './get-workspace/get-workspace.rpc.js';
import { listBucketsRpc } from './list-buckets/list-buckets.rpc.js';
import { listCertificateKeysRpc } from './list-certificate-keys/list-certificate-keys.rpc.js';
import { listDeletableRpc } from './list-deletable/list-deletable.rpc.js';
import { listOpenGrantsRpc } from './list-open-grants/list-open-grants.rpc.js';
import { listParticipantsRpc } from './list-participants/list-participants.rpc.js';
import { listRepositoriesRpc } from './list-repositories/list-repositories.rpc.js';
import { listWorkspacesRpc } from './list-workspaces/list-workspaces.rpc.js';
import { pausePurgeRpc } from './pause-purge/pause-purge.rpc.js';
import { releaseKeptBlocksRpc } from './release-kept-blocks/release-kept-blocks.rpc.js';
import { replayDeletionsRpc } from './replay-deletions/replay-deletions.rpc.js';
import { resumePurgeRpc } from './resume-purge/resume-purge.rpc.js';
import { retryPurgeRpc } from './retry-purge/retry-purge.rpc.js';
import { placeHoldRpc } from './place-hold/place-hold.rpc.js';
import { releaseHoldRpc } from './release-hold/release-hold.rpc.js';
import { reportErasureRpc } from './report-erasure/report-erasure.rpc.js';
import { reportProgressRpc } from './report-progress/report-progress.rpc.js';
import { restoreWorkspaceRpc } from './restore-workspace/restore-workspace.rpc.js';
import type { SigningKeys } from './signing/signing-keys.js';
import { startPurgeRpc } from './start-purge/start-purge.rpc.js';
import { updateWorkspaceRpc } from './update-workspace/update-workspace.rpc.js';
import { addMemberRpc } from './add-member/add-member.rpc.js';
import { updateMemberRpc } from './update-member/update-member.rpc.js';
import { removeMemberRpc } from './remove-member/remove-member.rpc.js';
import { previewDeletionRpc } from './preview-deletion/preview-deletion.rpc.js';
import { listDeletionsRpc } from './list-deletions/list-deletions.rpc.js';
import { listHoldsRpc } from './list-holds/list-holds.rpc.js';
import { listUsersRpc } from './list-users/list-users.rpc.js';
import { deleteUserRpc } from './delete-user/delete-user.rpc.js';
import { activateUserRpc } from './activate-user/activate-user.rpc.js';
import { getDeletionPolicyRpc } from './get-deletion-policy/get-deletion-policy.rpc.js';
import { setDeletionPolicyRpc } from './set-deletion-policy/set-deletion-policy.rpc.js';
import { listAuditEventsRpc } from './list-audit-events/list-audit-events.rpc.js';
import { watchDeletionRpc } from './watch-deletion/watch-deletion.rpc.js';
import type { Watchers } from './watch-deletion/watchers.js';

/** Each method with the slice that answers it. */
export function workspaceService(
  handlers: Handlers,
  pool: Pool,
  keys: SigningKeys,
  watchers: Watchers,
  patience: Patience,
): WorkspaceServiceServer {
  return {
    createWorkspace: handlers.unary(createWorkspaceRpc(pool)),
    listWorkspaces: handlers.unary(listWorkspacesRpc(pool)),
    getWorkspace: handlers.unary(getWorkspaceRpc(pool)),
    deleteWorkspace: handlers.unary(deleteWorkspaceRpc(pool)),
    restoreWorkspace: handlers.unary(restoreWorkspaceRpc(pool)),
    getDeletion: handlers.unary(getDeletionRpc(pool, patience)),
    watchDeletion: handlers.serverStream(watchDeletionRpc(pool, watchers, patience)),
    getDeletionCertificate: handlers.unary(getCertificateRpc(pool)),
    getDeletionStatement: handlers.unary(getStatementRpc(pool, keys, patience)),
    listCertificateKeys: handlers.unary(listCertificateKeysRpc(keys)),
    listBuckets: handlers.unary(listBucketsRpc(pool)),
    createBucket: handlers.unary(createBucketRpc(pool)),
    deleteBucket: handlers.unary(deleteBucketRpc(pool)),
    listRepositories: handlers.unary(listRepositoriesRpc(pool)),
    createRepository: handlers.unary(createRepositoryRpc(pool)),
    deleteRepository: handlers.unary(deleteRepositoryRpc(pool)),
    placeHold: handlers.unary(placeHoldRpc(pool)),
    releaseHold: handlers.unary(releaseHoldRpc(pool)),
    updateWorkspace: handlers.unary(updateWorkspaceRpc(pool)),
    addMember: handlers.unary(addMemberRpc(pool)),
    updateMember: handlers.unary(updateMemberRpc(pool)),
    removeMember: handlers.unary(removeMemberRpc(pool)),
    previewDeletion: handlers.unary(previewDeletionRpc(pool)),
    listDeletions: handlers.unary(listDeletionsRpc(pool)),
    listHolds: handlers.unary(listHoldsRpc(pool)),
    listUsers: handlers.unary(listUsersRpc(pool)),
    deleteUser: handlers.unary(deleteUserRpc(pool)),
    activateUser: handlers.unary(activateUserRpc(pool)),
    getDeletionPolicy: handlers.unary(getDeletionPolicyRpc(pool)),
    setDeletionPolicy: handlers.unary(setDeletionPolicyRpc(pool)),
    listAuditEvents: handlers.unary(listAuditEventsRpc(pool)),
  };
}

export function purgeAuthorityService(
  handlers: Handlers,
  pool: Pool,
  participants: RequiredParticipants,
  reported: () => void,
): PurgeAuthorityServiceServer {
  return {
    listDeletable: handlers.unary(listDeletableRpc(pool)),
    startPurge: handlers.unary(startPurgeRpc(pool, participants)),
    pausePurge: handlers.unary(pausePurgeRpc(pool)),
    resumePurge: handlers.unary(resumePurgeRpc(pool, reported)),
    retryPurge: handlers.unary(retryPurgeRpc(pool)),
    releaseKeptBlocks: handlers.unary(releaseKeptBlocksRpc(pool)),
    replayDeletions: handlers.unary(replayDeletionsRpc(pool, participants)),
    getGrant: handlers.unary(getGrantRpc(pool)),
    listOpenGrants: handlers.unary(listOpenGrantsRpc(pool)),
    reportProgress: handlers.unary(reportProgressRpc(pool)),
    reportErasure: handlers.unary(reportErasureRpc(pool, reported)),
    listParticipants: handlers.unary(listParticipantsRpc(participants)),
  };
}

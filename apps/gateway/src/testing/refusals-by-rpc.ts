import { status } from '@grpc/grpc-js';
import type { Reason } from '../http/error-mapping.js';

const { FAILED_PRECONDITION, NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT, ALREADY_EXISTS, ABORTED } =
  status;

type Refusal = readonly [status, Reason];

const INVALID: Refusal = [INVALID_ARGUMENT, 'INVALID_ARGUMENT'];
const FORBIDDEN: Refusal = [PERMISSION_DENIED, 'INSUFFICIENT_PERMISSIONS'];
const NO_WORKSPACE: Refusal = [NOT_FOUND, 'WORKSPACE_NOT_FOUND'];
const NOT_VALIDATED: Refusal = [FAILED_PRECONDITION, 'USER_NOT_VALIDATED'];
const NO_USER: Refusal = [NOT_FOUND, 'USER_NOT_FOUND'];

const CHANGE = [NOT_VALIDATED, INVALID, FORBIDDEN];
const READ = [NO_USER, INVALID, FORBIDDEN];
const CHANGE_OF_WORKSPACE = [...CHANGE, NO_WORKSPACE];
const READ_OF_WORKSPACE = [...READ, NO_WORKSPACE];
const REUSED: Refusal = [INVALID_ARGUMENT, 'IDEMPOTENCY_KEY_REUSED'];

/** What each method of workspace-service may refuse, as its proto says: a test holds the two together. */
export const refusalsByRpc: Readonly<Record<string, readonly Refusal[]>> = {
  createWorkspace: CHANGE,
  listWorkspaces: [NO_USER, INVALID],
  // who may not see it is told that there is none
  getWorkspace: [NO_USER, NO_WORKSPACE],
  updateWorkspace: [...CHANGE_OF_WORKSPACE, [ABORTED, 'ETAG_MISMATCH']],
  addMember: [
    ...CHANGE_OF_WORKSPACE,
    [NOT_FOUND, 'TARGET_USER_NOT_FOUND'],
    [ALREADY_EXISTS, 'USER_ALREADY_MEMBER'],
  ],
  updateMember: [
    ...CHANGE_OF_WORKSPACE,
    [NOT_FOUND, 'MEMBER_NOT_FOUND'],
    [FAILED_PRECONDITION, 'LAST_ADMIN'],
  ],
  removeMember: [
    ...CHANGE_OF_WORKSPACE,
    [NOT_FOUND, 'MEMBER_NOT_FOUND'],
    [FAILED_PRECONDITION, 'LAST_ADMIN'],
  ],
  previewDeletion: [...CHANGE_OF_WORKSPACE, [NOT_FOUND, 'WORKSPACE_ALREADY_DELETED']],
  deleteWorkspace: [
    ...CHANGE_OF_WORKSPACE,
    [NOT_FOUND, 'WORKSPACE_ALREADY_DELETED'],
    [FAILED_PRECONDITION, 'WORKSPACE_HAS_RESOURCES'],
    [FAILED_PRECONDITION, 'HELD'],
    [FAILED_PRECONDITION, 'DEFAULT_WORKSPACE'],
    [ABORTED, 'ETAG_MISMATCH'],
    REUSED,
  ],
  restoreWorkspace: [
    ...CHANGE_OF_WORKSPACE,
    [ALREADY_EXISTS, 'WORKSPACE_ACTIVE'],
    [FAILED_PRECONDITION, 'RESTORE_WINDOW_CLOSED'],
    [FAILED_PRECONDITION, 'PURGE_STARTED'],
    REUSED,
  ],
  getDeletion: [...READ_OF_WORKSPACE, [NOT_FOUND, 'DELETION_NOT_FOUND']],
  watchDeletion: [
    ...READ_OF_WORKSPACE,
    [NOT_FOUND, 'DELETION_NOT_FOUND'],
    [status.RESOURCE_EXHAUSTED, 'TOO_MANY_WATCHERS'],
  ],
  getDeletionCertificate: [
    ...READ_OF_WORKSPACE,
    [NOT_FOUND, 'DELETION_NOT_FOUND'],
    [NOT_FOUND, 'CERTIFICATE_NOT_FOUND'],
  ],
  getDeletionStatement: [
    ...READ_OF_WORKSPACE,
    [NOT_FOUND, 'DELETION_NOT_FOUND'],
    [FAILED_PRECONDITION, 'ALREADY_CERTIFIED'],
    [FAILED_PRECONDITION, 'NOT_PURGING'],
  ],
  listCertificateKeys: [],
  listBuckets: READ_OF_WORKSPACE,
  createBucket: CHANGE_OF_WORKSPACE,
  deleteBucket: [...CHANGE, [FAILED_PRECONDITION, 'BUCKET_IN_USE'], [NOT_FOUND, 'BUCKET_NOT_FOUND']],
  listRepositories: READ_OF_WORKSPACE,
  createRepository: CHANGE_OF_WORKSPACE,
  deleteRepository: [...CHANGE, [NOT_FOUND, 'REPOSITORY_NOT_FOUND']],
  placeHold: [
    ...CHANGE_OF_WORKSPACE,
    [FAILED_PRECONDITION, 'PURGE_STARTED'],
    [ALREADY_EXISTS, 'HOLD_EXISTS'],
  ],
  releaseHold: [...CHANGE_OF_WORKSPACE, [NOT_FOUND, 'HOLD_NOT_FOUND']],
  listHolds: READ_OF_WORKSPACE,
  listUsers: READ,
  deleteUser: [...CHANGE, [FAILED_PRECONDITION, 'CANNOT_DELETE_SELF'], [NOT_FOUND, 'USER_NOT_FOUND']],
  activateUser: [...CHANGE, [FAILED_PRECONDITION, 'USER_NOT_DELETED'], [NOT_FOUND, 'USER_NOT_FOUND']],
  getDeletionPolicy: [...READ, [NOT_FOUND, 'DELETION_POLICY_NOT_FOUND']],
  setDeletionPolicy: CHANGE,
  listAuditEvents: READ,
};

import type { Caller } from '@lethe/contracts';
import type { CallContext, MayCall } from '@lethe/service';
import type { RequiredParticipants } from './deletion/participants.js';
import { callerOf } from './requests.js';

const WORKSPACE = '/lethe.workspace.v1.WorkspaceService/';
const AUTHORITY = '/lethe.workspace.v1.PurgeAuthorityService/';

/** For users, who are named in each request. */
const GATEWAY = [
  'CreateWorkspace',
  'ListWorkspaces',
  'GetWorkspace',
  'DeleteWorkspace',
  'RestoreWorkspace',
  'GetDeletion',
  'GetDeletionCertificate',
  'GetDeletionStatement',
  'ListCertificateKeys',
  'ListBuckets',
  'CreateBucket',
  'DeleteBucket',
  'ListRepositories',
  'CreateRepository',
  'DeleteRepository',
  'UpdateWorkspace',
  'AddMember',
  'UpdateMember',
  'RemoveMember',
  'PreviewDeletion',
  'WatchDeletion',
  'PlaceHold',
  'ReleaseHold',
  'ListHolds',
  'ListUsers',
  'DeleteUser',
  'ActivateUser',
  'GetDeletionPolicy',
  'SetDeletionPolicy',
  'ListAuditEvents',
].map((method) => WORKSPACE + method);

/** For operators of the installation, who stand above organizations. */
const OPERATOR = [
  ...[
    'RestoreWorkspace',
    'GetDeletion',
    'WatchDeletion',
    'GetDeletionCertificate',
    'GetDeletionStatement',
    'ListCertificateKeys',
  ].map((method) => WORKSPACE + method),
  ...['PlaceHold', 'ReleaseHold', 'ListHolds', 'ListDeletions'].map((method) => WORKSPACE + method),
  ...['ListDeletable', 'StartPurge', 'ListParticipants', 'ReplayDeletions'].map(
    (method) => AUTHORITY + method,
  ),
  ...['PausePurge', 'ResumePurge', 'RetryPurge', 'ReleaseKeptBlocks'].map((method) => AUTHORITY + method),
];

const PARTICIPANT = ['GetGrant', 'ListOpenGrants', 'ReportProgress', 'ReportErasure', 'ListParticipants'].map(
  (method) => AUTHORITY + method,
);

const OPERATOR_NAME = 'operator';

/**
 * Which caller may call which method: the whole table. A participant is whoever is required to report, and whoever an open grant
 * still waits for: what was required when it was granted stays required.
 */
export function allowedCalls(
  participants: RequiredParticipants,
  awaited: Pick<ReadonlySet<string>, 'has'>,
): MayCall {
  const reporting: ReadonlySet<string> = new Set(PARTICIPANT);
  const allowed = new Map<string, ReadonlySet<string>>([
    ['gateway', new Set(GATEWAY)],
    [OPERATOR_NAME, new Set(OPERATOR)],
    ...[...participants.keys()].map((name) => [name, reporting] as const),
  ]);
  return (caller, path) =>
    (allowed.get(caller) ?? (awaited.has(caller) ? reporting : undefined))?.has(path) ?? false;
}

/** The user a request speaks for. Only an operator may name none; a gateway that forgot its user is refused. */
export function userOrOperator(
  request: { readonly caller?: Caller | undefined },
  context: CallContext,
): Caller | undefined {
  return context.caller === OPERATOR_NAME && request.caller === undefined ? undefined : callerOf(request);
}

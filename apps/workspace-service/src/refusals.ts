import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';

/** The refusals that several operations share, as they travel. What only one operation refuses stands with that operation. */
export const refusals = {
  invalidArgument: (message: string) =>
    new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message }),
  callerNotValidated: () =>
    new RefusalError({
      code: status.FAILED_PRECONDITION,
      reason: 'USER_NOT_VALIDATED',
      message: 'User not found or account is not validated',
    }),
  userNotFound: () =>
    new RefusalError({ code: status.NOT_FOUND, reason: 'USER_NOT_FOUND', message: 'User not found' }),
  workspaceNotFound: () =>
    new RefusalError({
      code: status.NOT_FOUND,
      reason: 'WORKSPACE_NOT_FOUND',
      message: 'Workspace not found',
    }),
  idempotencyKeyReused: () =>
    new RefusalError({
      code: status.INVALID_ARGUMENT,
      reason: 'IDEMPOTENCY_KEY_REUSED',
      message: 'This Idempotency-Key was used for another request: send a new one',
    }),
  insufficientPermissions: (message: string) =>
    new RefusalError({ code: status.PERMISSION_DENIED, reason: 'INSUFFICIENT_PERMISSIONS', message }),
  etagMismatch: () =>
    new RefusalError({
      code: status.ABORTED,
      reason: 'ETAG_MISMATCH',
      message: 'The workspace has changed: read it again and send its new etag',
    }),
  purgeStarted: () =>
    new RefusalError({
      code: status.FAILED_PRECONDITION,
      reason: 'PURGE_STARTED',
      message: 'The purge of this workspace has started: it cannot be restored or held any more',
    }),
};

/** What the state of things forbids. */
export const refused = (reason: string, message: string, metadata: Record<string, string> = {}) =>
  new RefusalError({ code: status.FAILED_PRECONDITION, reason, message, metadata });

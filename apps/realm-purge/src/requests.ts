import { status } from '@grpc/grpc-js';
import { isCanonicalUuid, isOrganizationId } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';

export const refusals = {
  invalidArgument: (message: string) =>
    new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message }),
  realmNotFound: () =>
    new RefusalError({ code: status.NOT_FOUND, reason: 'REALM_NOT_FOUND', message: 'Realm not found' }),
  realmDeleted: (message = 'The realm is being purged, or was: nothing is written to it any more') =>
    new RefusalError({ code: status.FAILED_PRECONDITION, reason: 'REALM_DELETED', message }),
};

/** A UUID as the database spells it. */
export function uuidOf(text: string, field: string): string {
  const canonical = text.toLowerCase();
  if (!isCanonicalUuid(canonical)) throw refusals.invalidArgument(`${field} must be a UUID`);
  return canonical;
}

/**
 * An operator is named in lists and on terminals: something to see, and nothing that moves the cursor or turns the line.
 *
 * @throws RefusalError INVALID_ARGUMENT
 */
export function printableOf(text: string, field: string): string {
  if (!/^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u.test(text) || text.trim() === '')
    throw refusals.invalidArgument(`${field} must have 1 to 128 printable characters`);
  return text;
}

export function organizationIdOf(request: { readonly organizationId: string }): string {
  const { organizationId } = request;
  if (!isOrganizationId(organizationId))
    throw refusals.invalidArgument(
      'organization_id must have 1 to 32 characters, no slash and no control character',
    );
  return organizationId;
}

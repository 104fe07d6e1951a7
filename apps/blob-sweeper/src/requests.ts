import { status } from '@grpc/grpc-js';
import { isOrganizationId } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';

export const invalid = (message: string): RefusalError =>
  new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message });

export const storeNotFound = (message: string): RefusalError =>
  new RefusalError({ code: status.NOT_FOUND, reason: 'STORE_NOT_FOUND', message });

export const sweepNotFound = (): RefusalError =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'SWEEP_NOT_FOUND',
    message: 'No page of this realm has been swept',
  });

/** @throws RefusalError INVALID_ARGUMENT */
export function organizationIdOf({ organizationId }: { readonly organizationId: string }): string {
  if (!isOrganizationId(organizationId))
    throw invalid('organization_id must have 1 to 32 characters, no slash and no control character');
  return organizationId;
}

/**
 * What an operator says is shown in lists and on terminals: something to see, and nothing that moves the cursor or turns the line.
 *
 * @throws RefusalError INVALID_ARGUMENT
 */
export function printableOf(text: string, field: string, most = 128): string {
  const printable = /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text) && text.trim() !== '' && text.length <= most;
  if (!printable) throw invalid(`${field} must have 1 to ${most} printable characters`);
  return text;
}

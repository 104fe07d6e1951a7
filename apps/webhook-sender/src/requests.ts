import { status } from '@grpc/grpc-js';
import { isCanonicalUuid, isOrganizationId } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';

export const refusals = {
  invalidArgument: (message: string) =>
    new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message }),
  webhookNotFound: () =>
    new RefusalError({ code: status.NOT_FOUND, reason: 'WEBHOOK_NOT_FOUND', message: 'Webhook not found' }),
};

/** An id as the database spells it, or undefined: then nothing has it. */
export function uuidOf(text: string): string | undefined {
  const canonical = text.toLowerCase();
  return isCanonicalUuid(canonical) ? canonical : undefined;
}

/** Taken to the letter; whether the organization exists is not known here. Empty means all of them, where that is allowed. */
export function organizationIdOf(
  { organizationId }: { readonly organizationId: string },
  emptyIs: 'all' | 'none',
): string {
  if (!isOrganizationId(organizationId) && !(organizationId === '' && emptyIs === 'all'))
    throw refusals.invalidArgument('organization_id must be the id of an organization');
  return organizationId;
}

export function pageSizeOf({ pageSize }: { readonly pageSize: number }): number {
  if (pageSize < 0 || pageSize > 1000) throw refusals.invalidArgument('page_size must be from 0 to 1000');
  return pageSize === 0 ? 100 : pageSize;
}

/** The place of a row in a list: what it is sorted by, its time and its id. */
export interface Place {
  readonly organizationId: string;
  readonly time: string;
  readonly id: string;
}

/** The place behind which a page begins. Tokens come back from outside. */
export function placeOf({ pageToken }: { readonly pageToken: string }): Place | undefined {
  if (pageToken === '') return undefined;
  try {
    const [organizationId, time, id] = JSON.parse(
      Buffer.from(pageToken, 'base64url').toString('utf8'),
    ) as unknown[];
    if (
      typeof organizationId === 'string' &&
      isOrganizationId(organizationId) &&
      typeof time === 'string' &&
      /^(?!0000)\d{4}-/.test(time) && // a Date knows a year 0000, PostgreSQL does not
      new Date(time).toISOString() === time &&
      typeof id === 'string' &&
      isCanonicalUuid(id)
    )
      return { organizationId, time, id };
  } catch {
    // refused below
  }
  throw refusals.invalidArgument('page_token must be the next_page_token of an earlier answer');
}

export const tokenOf = (organizationId: string, time: Date, id: string): string =>
  Buffer.from(JSON.stringify([organizationId, time.toISOString(), id])).toString('base64url');

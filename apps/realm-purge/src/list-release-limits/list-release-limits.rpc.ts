import {
  isOrganizationId,
  type ListReleaseLimitsRequest,
  type ListReleaseLimitsResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { limitOf } from '../limit/limit.js';
import { refusals } from '../requests.js';
import { listLimits } from './list-release-limits.sql.js';

export const listReleaseLimitsRpc =
  (pool: Pool) =>
  async ({ pageSize, pageToken }: ListReleaseLimitsRequest): Promise<ListReleaseLimitsResponse> => {
    if (pageSize < 0 || pageSize > 1_000) throw refusals.invalidArgument('page_size must be from 0 to 1000');
    const size = pageSize === 0 ? 100 : pageSize;
    const rows = await listLimits(pool, placeOf(pageToken), size + 1);
    const limits = rows.slice(0, size).map(limitOf);
    const last = limits.at(-1);
    return { limits, nextPageToken: rows.length > size && last ? tokenOf(last.organizationId) : '' };
  };

const tokenOf = (organizationId: string) => Buffer.from(organizationId).toString('base64url');

/** The organization behind which a page begins. Tokens come back from outside. */
function placeOf(token: string): string {
  const organizationId = Buffer.from(token, 'base64url').toString('utf8');
  if (token !== '' && (tokenOf(organizationId) !== token || !isOrganizationId(organizationId)))
    throw refusals.invalidArgument('page_token must be the next_page_token of an earlier answer');
  return organizationId;
}

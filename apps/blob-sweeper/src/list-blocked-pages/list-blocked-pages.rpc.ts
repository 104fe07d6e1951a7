import { status } from '@grpc/grpc-js';
import {
  isCanonicalUuid,
  type ListBlockedPagesRequest,
  type ListBlockedPagesResponse,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { LedgerRow } from '../sweep/ledger.sql.js';
import { listBlockedPages, type BlockedPlace } from './list-blocked-pages.sql.js';

const FIRST: BlockedPlace = ['-infinity', '00000000-0000-0000-0000-000000000000', 0, -1];

export const listBlockedPagesRpc =
  (pool: Pool) =>
  async (request: ListBlockedPagesRequest): Promise<ListBlockedPagesResponse> => {
    const { realmId, pageSize, pageToken } = request;
    if (realmId !== '' && !isCanonicalUuid(realmId)) throw invalid('realm_id must be empty or a UUID');
    if (pageSize < 0 || pageSize > 1000) throw invalid('page_size must be from 0 to 1000');
    const size = pageSize === 0 ? 100 : pageSize;
    const rows = await listBlockedPages(
      pool,
      realmId,
      pageToken === '' ? FIRST : placeOf(pageToken),
      size + 1,
    );
    const pages = rows.slice(0, size);
    const last = pages.at(-1);
    return {
      pages: pages.map((row) => ({
        organizationId: row.organization_id,
        realmId: row.realm_id,
        epoch: row.epoch,
        page: row.page_no,
        blocksLeft: row.blocks_left,
        reason: row.reason ?? '',
        until: row.blocked_until ?? undefined,
        since: row.block_time ?? undefined,
      })),
      nextPageToken: rows.length > size && last ? tokenOf(last) : '',
    };
  };

const tokenOf = ({ block_time, realm_id, epoch, page_no }: LedgerRow) =>
  [block_time?.getTime(), realm_id, epoch, page_no].join('/');

function placeOf(token: string): BlockedPlace {
  // 14 digits: milliseconds of no more than four digits' years
  const [, time, realmId = '', epoch, page] =
    /^(\d{1,14})\/([0-9a-f-]{36})\/(\d{1,15})\/(\d{1,15})$/.exec(token) ?? [];
  if (!isCanonicalUuid(realmId)) throw invalid('page_token must be the next_page_token of an earlier answer');
  return [new Date(Number(time)).toISOString(), realmId, Number(epoch), Number(page)];
}

const invalid = (message: string) =>
  new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message });

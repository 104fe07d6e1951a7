import { isCanonicalUuid, type ListSweptPagesRequest, type ListSweptPagesResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { invalid, sweepNotFound } from '../requests.js';
import { findNewestEpoch, hasPage, listVerifiedPages } from './list-swept-pages.sql.js';

/** Goes on in the epoch that it began with, whatever was swept since. */
export const listSweptPagesRpc =
  (pool: Pool) =>
  async (request: ListSweptPagesRequest): Promise<ListSweptPagesResponse> => {
    const { pageSize, pageToken } = request;
    const realmId = request.realmId.toLowerCase();
    if (pageSize < 0 || pageSize > 1000) throw invalid('page_size must be from 0 to 1000');
    if (request.epoch < 0) throw invalid('epoch must not be negative');
    const size = pageSize === 0 ? 100 : pageSize;
    const place = pageToken === '' ? undefined : placeOf(pageToken, request.epoch);
    if (!isCanonicalUuid(realmId)) throw sweepNotFound();
    const asked = place?.epoch ?? request.epoch;
    const epoch = asked === 0 ? (await findNewestEpoch(pool, realmId))?.epoch : asked;
    if (epoch === undefined || !(await hasPage(pool, realmId, epoch))) throw sweepNotFound();
    const rows = await listVerifiedPages(pool, realmId, epoch, place?.page ?? -1, size + 1);
    const pages = rows.slice(0, size);
    const last = pages.at(-1);
    return {
      epoch,
      pages: pages.map((row) => ({
        page: row.page_no,
        rows: row.rows,
        swept: row.swept,
        rowDigest: row.row_digest,
        sweepTime: row.sweep_time,
        stores: row.stores,
      })),
      nextPageToken: rows.length > size && last ? `${epoch}/${last.page_no}` : '',
    };
  };

function placeOf(token: string, asked: number): { readonly epoch: number; readonly page: number } {
  const [, epoch, page] = /^([1-9]\d{0,14})\/(\d{1,15})$/.exec(token) ?? [];
  if (epoch === undefined || (asked !== 0 && asked !== Number(epoch)))
    throw invalid('page_token must be the next_page_token of an earlier answer to the same request');
  return { epoch: Number(epoch), page: Number(page) };
}

import { blockKey, type ListOrphanObjectsRequest, type ListOrphanObjectsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { configured, oldBefore, storeOf } from '../orphan/place.js';
import type { Realms } from '../realms/realms.js';
import { organizationIdOf } from '../requests.js';
import type { StoreSet } from '../stores/store-set.js';
import { compareStore, type Orphan } from './compare.js';

/** A report: reads, and changes nothing. */
export const listOrphanObjectsRpc = (
  pool: Pool,
  stores: Pick<StoreSet, 'of'>,
  realms: Realms | undefined,
  rangeItems?: number,
) =>
  async function* (
    request: ListOrphanObjectsRequest,
    { signal }: CallContext,
  ): AsyncGenerator<ListOrphanObjectsResponse> {
    const organizationId = organizationIdOf(request);
    const keyOf = (id: string) => blockKey(organizationId, id);
    const ranges = compareStore({
      realms: configured(realms),
      organizationId,
      oldBefore: await oldBefore(pool, request.minAgeSeconds),
      store: () => storeOf(stores, organizationId, request.store),
      signal,
      ...(rangeItems === undefined ? {} : { rangeItems }),
    });
    const soFar = { objectsSeen: 0, uploadsSeen: 0, rowsSeen: 0, foreignKeysSeen: 0 };
    for await (const range of ranges) {
      soFar.objectsSeen += range.objects;
      soFar.uploadsSeen += range.uploads;
      soFar.rowsSeen += range.rows;
      soFar.foreignKeysSeen += range.foreign;
      const orphans = range.orphans.map((orphan) => entryOf(keyOf(orphan.id), orphan));
      yield { ...soFar, orphans, missingKeys: range.missing.map(keyOf), complete: false };
    }
    yield { ...soFar, orphans: [], missingKeys: [], complete: true };
  };

const entryOf = (key: string, orphan: Orphan) => {
  const { versions, uploads } = orphan;
  return 'bytes' in orphan
    ? { key, versions, uploads, bytes: orphan.bytes, modifiedTime: orphan.modified }
    : { key, versions, uploads, bytes: 0, modifiedTime: undefined };
};

import { createHash, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordEnd } from '../sweep/end.sql.js';
import { recordPage } from '../sweep/ledger.sql.js';
import { MIGRATIONS } from '../testing/world.js';
import { listSweptPagesRpc } from './list-swept-pages.rpc.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
afterAll(() => database.drop());

it('lists the pages that the report is of, and none from before the realm was cut anew', async () => {
  const realmId = randomUUID();
  for (const page_no of [0, 1, 2])
    await recordPage(database.pool, {
      ...{ realm_id: realmId, epoch: 3, page_no, organization_id: 'org1', cut: 1, rows: 10, swept: 10 },
      ...{ row_digest: createHash('sha256').update(`${page_no}`).digest(), state: 'verified' },
      ...{ stores: ['a'], outcomes: [], blocks_left: 0, reason: null, blocked_until: null },
    });
  const list = async () =>
    (await listSweptPagesRpc(database.pool)({ realmId, epoch: 3, pageSize: 0, pageToken: '' })).pages.map(
      ({ page }) => page,
    );
  expect(await list()).toEqual([0, 1, 2]);
  await recordEnd(database.pool, realmId, 3, 2);
  expect(await list()).toEqual([0, 1]);
});

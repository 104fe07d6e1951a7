import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@lethe/testkit';
import { describe, expect, it } from 'vitest';

const APPS = fileURLToPath(new URL('../../apps', import.meta.url));

/** What refers to rows that no statement may delete (trigger `deletion_stays`). */
const TO_WHAT_STAYS = ['deletion_replay_of_fkey'];

/** Foreign keys without an index that begins with their columns: each row that goes would be looked for in the whole table. */
const UNINDEXED = `
  select conrelid::regclass::text as table, conname as key
    from pg_constraint
   where contype = 'f' and conname <> all($1)
     and not exists (select from pg_index
                      where indrelid = conrelid and indisvalid and indpred is null
                        and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey)
   order by 1, 2`;

describe('foreign keys', () => {
  it.each(['workspace-service', 'realm-purge', 'blob-sweeper'])(
    'of %s are all indexed, so that no deletion is quadratic',
    async (app) => {
      const database = await createTestDatabase(join(APPS, app, 'migrations'));
      try {
        expect((await database.pool.query(UNINDEXED, [TO_WHAT_STAYS])).rows).toEqual([]);
        await database.pool.query('create table owner (id int primary key)');
        await database.pool.query('create table owned (id int primary key, owner int references owner)');
        // One without an index would be noticed.
        expect((await database.pool.query(UNINDEXED, [TO_WHAT_STAYS])).rows).toEqual([
          { table: 'owned', key: 'owned_owner_fkey' },
        ]);
      } finally {
        await database.drop();
      }
    },
  );
});

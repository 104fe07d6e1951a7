import { randomUUID } from 'node:crypto';
import { execute, many, one, type Pool } from '@lethe/postgres';
import { ORGANIZATION } from './realms.sql.js';

/** Foreign keys whose referencing columns no index begins with: each deleted row of the other table would read the whole table. */
export async function unindexedForeignKeys(pool: Pool): Promise<string[]> {
  const rows = await many<{ name: string }>(
    pool,
    `select c.conrelid::regclass || '.' || c.conname as name
       from pg_constraint c
      where c.contype = 'f'
        and not exists (select
                          from pg_index i
                         where i.indrelid = c.conrelid and i.indpred is null
                           and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`,
  );
  return rows.map((row) => row.name);
}

export interface ChecksCost {
  readonly rows: number;
  /** Of the statement, and of its foreign keys' checks alone. */
  readonly totalMs: number;
  readonly checksMs: number;
}

/**
 * What the foreign keys' checks cost when the key bundles of one realm go by one statement, beside ten times as many accesses of
 * another realm. Changes nothing.
 */
export async function checksCost(pool: Pool, keys: number): Promise<ChecksCost> {
  const tx = await pool.connect();
  try {
    await execute(tx, `begin`);
    const [realmId, other] = [randomUUID(), randomUUID()];
    for (const [id, n] of [
      [other, keys * 10],
      [realmId, keys],
    ] as const) {
      await execute(tx, `insert into realm (realm_id, organization_id, state) values ($1, $2, 'active')`, [
        id,
        ORGANIZATION,
      ]);
      await execute(tx, `insert into key_bundle select $1, n, '\\x01' from generate_series(1, $2::int) n`, [
        id,
        n,
      ]);
      await execute(
        tx,
        `insert into key_bundle_access select $1, n, 'user', '\\x01' from generate_series(1, $2::int) n`,
        [id, n],
      );
    }
    await execute(tx, `delete from key_bundle_access where realm_id = $1`, [realmId]);
    const explained = await one<{
      'QUERY PLAN': [{ 'Execution Time': number; Triggers: { Time: number }[] }];
    }>(tx, `explain (analyze, format json) delete from key_bundle where realm_id = $1`, [realmId]);
    const [plan] = explained['QUERY PLAN'];
    return {
      rows: keys,
      totalMs: plan['Execution Time'],
      checksMs: plan.Triggers.reduce((sum, trigger) => sum + trigger.Time, 0),
    };
  } finally {
    await execute(tx, `rollback`);
    tx.release();
  }
}

import type { Pool } from '@lethe/postgres';

/** The databases of the three services that have one. */
export interface Databases {
  readonly workspace: Pool;
  readonly realm: Pool;
  readonly sweep: Pool;
}

/** Each of these happens once for a deletion, whatever was repeated. */
export async function findDoubledEffects({ workspace, realm, sweep }: Databases): Promise<string[]> {
  const found: string[] = [];
  const once: [Pool, string, string][] = [
    [
      workspace,
      'two certificates for a deletion',
      'select from certificate group by deletion_id having count(*) > 1',
    ],
    [
      workspace,
      'two grants of a workspace',
      'select from deletion where grant_time is not null group by workspace_id having count(*) > 1',
    ],
    [
      workspace,
      'an event appended twice',
      `select from outbox where headers ->> 'ce-type' in ('workspace.purge_started', 'workspace.purged')
        group by headers ->> 'ce-subject', headers ->> 'ce-type' having count(*) > 1`,
    ],
    [
      realm,
      'realm.purged appended twice',
      `select from outbox where headers ->> 'ce-type' = 'realm.purged'
        group by headers ->> 'ce-subject' having count(*) > 1`,
    ],
    [
      realm,
      'a purge that counted more blocks than there were',
      `select from purge join page using (realm_id) where close_time is not null
        group by realm_id, blocks_total having sum(rows) <> blocks_total`,
    ],
    [
      sweep,
      'two epochs swept of a realm',
      'select from swept_page group by realm_id having count(distinct epoch) > 1',
    ],
  ];
  for (const [pool, what, sql] of once) {
    const { rowCount } = await pool.query(sql);
    if (rowCount) found.push(`${what}: ${rowCount}`);
  }
  return found;
}

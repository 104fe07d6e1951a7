import type { Pool } from '@lethe/postgres';

/** The databases of the three services that have one. */
export interface Databases {
  readonly workspace: Pool;
  readonly realm: Pool;
  readonly sweep: Pool;
}

/** In an event of the lifecycle, whose body is JSON. */
const EPOCH = `convert_from(payload, 'UTF8')::jsonb #>> '{context,epoch}'`;

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
      'two grants of a workspace, none of them a replay',
      `select from deletion where grant_time is not null and replay_of is null
        group by workspace_id having count(*) > 1`,
    ],
    [
      workspace,
      'an event appended twice',
      `select from outbox where headers ->> 'ce-type' in ('workspace.purge_started', 'workspace.purged')
        group by ${EPOCH}, headers ->> 'ce-subject', headers ->> 'ce-type' having count(*) > 1`,
    ],
    [
      realm,
      'realm.purged appended twice',
      `select from outbox where headers ->> 'ce-type' = 'realm.purged'
        group by ${EPOCH}, headers ->> 'ce-subject' having count(*) > 1`,
    ],
    [
      realm,
      'a purge that counted more blocks than there were',
      `select from purge join page using (realm_id) where close_time is not null
        group by realm_id, blocks_total having sum(rows) <> blocks_total`,
    ],
  ];
  for (const [pool, what, sql] of once) {
    const { rowCount } = await pool.query(sql);
    if (rowCount) found.push(`${what}: ${rowCount}`);
  }
  const granted = await grantsOf(workspace);
  const { rows } = await sweep.query<{ realm: string }>(
    `select realm_id || ' ' || unnest(array_agg(distinct epoch)) as realm
       from swept_page
      group by realm_id having count(distinct epoch) > 1`,
  );
  const strange = rows.filter(({ realm }) => !granted.has(realm)).length;
  if (strange > 0) found.push(`two epochs swept of a realm, and not both granted: ${strange}`);
  return found;
}

/** A replay is one more epoch of a workspace, and what is swept for it is its own. */
async function grantsOf(workspace: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await workspace.query<{ realm: string }>(
    `select workspace_id || ' ' || epoch as realm from deletion where grant_time is not null`,
  );
  return new Set(rows.map(({ realm }) => realm));
}

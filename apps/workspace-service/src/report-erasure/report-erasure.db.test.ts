import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, evidence, report, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

async function granted(): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  await byLoop(db.pool, 'org1', id);
  return id;
}
const recorded = async (id: string) =>
  (
    await db.pool.query<Record<string, unknown>>(
      `select participant, evidence, report_time from deletion_participant join deletion using (deletion_id)
        where workspace_id = $1 order by participant`,
      [id],
    )
  ).rows;

describe('ReportErasure', () => {
  it('records the first evidence; the same again changes nothing, other evidence is refused', async () => {
    const id = await granted();
    expect(await report(db.pool, 'realm-purge', id)).toEqual({});
    const first = await recorded(id);
    expect(first).toMatchObject([
      { evidence: null },
      { participant: 'realm-purge', evidence: { removed: { vlobs: 3 } } },
    ]);
    expect(await report(db.pool, 'realm-purge', id)).toEqual({});
    expect(await report(db.pool, 'realm-purge', id, evidence({ pages: 2 }))).toBe('EVIDENCE_CHANGED');
    expect(await recorded(id)).toEqual(first);
  });

  it('lets one of two different first reports win when they come at once', async () => {
    for (let n = 0; n < 50; n++) {
      const id = await granted();
      const answers = await Promise.all(
        [1, 2].map((pages) => report(db.pool, 'realm-purge', id, evidence({ pages }))),
      );
      expect(answers.filter((answer) => answer === 'EVIDENCE_CHANGED')).toHaveLength(1);
      const [, row] = await recorded(id);
      expect(row).toMatchObject({
        evidence: { blocks: { pages: answers[0] === 'EVIDENCE_CHANGED' ? 2 : 1 } },
      });
    }
  });

  it('refuses who is not required, and what nobody was granted', async () => {
    const id = await granted();
    expect(await report(db.pool, 'mail', id)).toBe('NO_GRANT');
    expect(await report(db.pool, 'realm-purge', id, evidence(), 2)).toBe('NO_GRANT');
    expect(await report(db.pool, 'realm-purge', crypto.randomUUID())).toBe('NO_GRANT');
    expect(await report(db.pool, 'realm-purge', 'no id')).toBe('NO_GRANT');
  });

  it('refuses what could never become a certificate, while it can still be corrected', async () => {
    const id = await granted();
    for (const bad of [
      null,
      { removed: { vlobs: 1 }, blocks: undefined },
      { ...evidence(), removed: { vlobs: -1 } },
      { ...evidence(), removed: { 'a\0b': 1 } },
      { ...evidence(), removed: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 1])) },
      evidence({ pages: -1 }),
      evidence({ blocksTotal: 9 }),
      evidence({ root: Buffer.alloc(31) }),
      evidence({ stores: ['a\0b'] }),
      evidence({ stores: [''] }),
    ])
      expect(await report(db.pool, 'realm-purge', id, bad)).toBe('INVALID_ARGUMENT');
    expect(await report(db.pool, 'realm-purge', id)).toEqual({});
  });
});

import { randomUUID } from 'node:crypto';
import { Grant } from '@lethe/contracts';
import type { Erased } from '@lethe/participant';
import { transaction } from '@lethe/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eraseWorkspace } from './erase-workspace.js';
import { indexDocument, search } from './index-document.js';
import { lockForWriting, putDocument, type Place } from './index.sql.js';
import { MIGRATIONS } from './search-index.js';

const BATCH = 10;
const LOCK_NOT_AVAILABLE = '55P03';
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(MIGRATIONS);
});
afterAll(() => db.drop());

const somewhere = (organizationId = 'org1'): Place => ({ organizationId, workspaceId: randomUUID() });
const put = (place: Place, documentId: string = randomUUID(), text = 'an apple a day') =>
  indexDocument(db.pool, place, documentId, text);
const fill = async (place: Place, n: number) => {
  for (let i = 0; i < n; i++) expect(await put(place)).toEqual({ kind: 'indexed' });
  return place;
};
const left = async ({ workspaceId }: Place) =>
  (await db.pool.query(`select from document where workspace_id = $1`, [workspaceId])).rowCount;
const erase = (place: Place, epoch = 1, batch = BATCH): Promise<Erased> =>
  eraseWorkspace(db.pool, batch)(Grant.fromPartial({ ...place, epoch }), AbortSignal.timeout(30_000));
/** Piece after piece, each again that gave up waiting for the lock, as a participant does it. */
const eraseAll = async (place: Place): Promise<Erased> => {
  for (;;) {
    const erased = await erase(place).catch((error: unknown): Erased => {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
      return { kind: 'more' };
    });
    if (erased.kind !== 'more') return erased;
  }
};
const done = (documents: number): Erased => ({ kind: 'done', removed: { documents } });

describe('the index', () => {
  it('finds documents by words, within the workspace, the newest text of each', async () => {
    const [here, there] = [somewhere(), somewhere()];
    const id = randomUUID();
    await put(here, id, 'a pear');
    await put(here, id, 'a plum');
    await put(there, randomUUID(), 'a plum');
    expect(await search(db.pool, here, 'plum')).toEqual([id]);
    expect(await search(db.pool, here, 'pear')).toEqual([]);
    expect(await search(db.pool, { ...here, organizationId: 'org10' }, 'plum')).toEqual([]);
  });

  it('refuses a document that another organization brings', async () => {
    const place = await fill(somewhere(), 1);
    expect(await put({ ...place, organizationId: 'org10' })).toEqual({ kind: 'refused' });
    expect(await left(place)).toBe(1);
  });
});

describe('erasing a workspace', () => {
  it('takes a batch at a time, touches no other workspace, and answers the same counts for ever', async () => {
    const [place, other] = [await fill(somewhere(), 25), await fill(somewhere(), 3)];
    expect(await erase(place)).toEqual({ kind: 'more' });
    expect([await left(place), await search(db.pool, place, 'apple')]).toEqual([15, []]);
    expect(await erase(place)).toEqual({ kind: 'more' });
    expect(await erase(place)).toEqual(done(25));
    expect(await erase(place)).toEqual(done(25));
    expect([await left(place), await left(other)]).toEqual([0, 3]);
    expect(await put(place)).toEqual({ kind: 'refused' });
  });

  it('answers nothing removed where nothing ever was, and closes it all the same', async () => {
    const place = somewhere();
    expect(await erase(place)).toEqual(done(0));
    expect(await put(place)).toEqual({ kind: 'refused' });
  });

  it('counts each document once when replicas work on it at the same time', async () => {
    const place = await fill(somewhere(), 95);
    const both = await Promise.all([eraseAll(place), eraseAll(place), eraseAll(place)]);
    expect(both).toEqual([done(95), done(95), done(95)]);
  });

  it('counts nothing of a piece that was undone', async () => {
    const place = await fill(somewhere(), 5);
    await db.pool.query(`create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'no'; end $$`);
    await db.pool.query('create trigger fail before delete on document execute function fail()');
    await expect(erase(place)).rejects.toThrow('no');
    await db.pool.query('drop trigger fail on document');
    expect(await erase(place)).toEqual(done(5));
  });

  it('touches nothing for the grant of another organization, or of an epoch before the one it erased', async () => {
    const place = await fill(somewhere(), 2);
    expect(await erase({ ...place, organizationId: 'org10' })).toMatchObject({ kind: 'blocked' });
    expect(await left(place)).toBe(2);
    expect(await put(place)).toEqual({ kind: 'indexed' });
    expect(await erase(place, 5)).toEqual(done(3));
    expect(await erase(place, 4)).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('4') });
    expect(await erase(place, 5)).toEqual(done(3));
  });

  it('counts anew when the deletion is replayed, over a database that was set back or not', async () => {
    const place = await fill(somewhere(), 4);
    expect(await erase(place, 1)).toEqual(done(4));
    expect(await erase(place, 2)).toEqual(done(0));
    await db.pool.query(
      `update indexed_workspace set erase_epoch = null, removed_documents = 0 where workspace_id = $1`,
      [place.workspaceId],
    );
    await fill(place, 2);
    expect(await erase(place, 2)).toEqual(done(2));
  });
});

describe('writers that race with an erasure', () => {
  it('waits for a document that is being written, and erases it', async () => {
    // Of a workspace that is known: of a new one the row itself is new, and nobody could pass it.
    const place = await fill(somewhere(), 1);
    let erased: Promise<Erased> | undefined;
    await transaction(db.pool, async (tx) => {
      expect(await lockForWriting(tx, place)).toBe(true);
      erased = eraseAll(place);
      await eventually('the erasure waits for the writer', async () => {
        const { rowCount } = await db.pool.query(
          `select from pg_stat_activity
            where wait_event_type = 'Lock' and wait_event = 'advisory' and datname = current_database()`,
        );
        return rowCount === 1;
      });
      await putDocument(tx, place, randomUUID(), 'late');
    });
    expect(await erased).toEqual(done(2));
    expect(await left(place)).toBe(0);
  });

  it('leaves nothing behind, and counts every document that was ever in, whoever wins', async () => {
    let [indexed, refused] = [0, 0];
    // It takes longer to write than to erase, so that a writer who is not awaited comes after the last look.
    const long = Array.from({ length: 3_000 }, (_, n) => `word${n}`).join(' ');
    const write = (place: Place) => put(place, randomUUID(), long);
    for (let round = 0; round < 12; round++) {
      const place = round % 2 === 0 ? await fill(somewhere(), 3) : somewhere();
      const before = round % 2 === 0 ? 3 : 0;
      const writers = Array.from({ length: 20 }, () => write(place));
      const eraser = eraseAll(place);
      const outcomes = await Promise.all([...writers, ...Array.from({ length: 10 }, () => write(place))]);
      const won = outcomes.filter(({ kind }) => kind === 'indexed').length;
      indexed += won;
      refused += outcomes.length - won;
      expect(await eraser).toEqual(done(before + won));
      expect(await left(place)).toBe(0);
    }
    // Each side won sometimes, or this was no race.
    expect(indexed).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});

import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RealmPurgeHandle } from '../realm-purge.js';
import { forgetLimits } from '../testing/limits.sql.js';
import { clientsOf, configOf, serviceOf } from '../testing/running-service.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let service: RealmPurgeHandle;
let operator: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  const away = { natsUrl: '127.0.0.1:1', natsToken: undefined, authorityAddress: '127.0.0.1:1' };
  service = serviceOf(configOf({ databaseUrl: db.url, ...away }));
  await service.start();
  operator = clientsOf(service.grpcAddress, 'operator');
});
afterEach(() => forgetLimits(db.pool));
afterAll(async () => {
  operator.close();
  await service.stop();
  await db.drop();
});

const set = (organizationId: string, blocksPerSecond: number, setBy = 'operator-1') =>
  operator.purges.unary((client) => client.setReleaseLimit, { organizationId, blocksPerSecond, setBy });
const list = (pageSize = 0, pageToken = '') =>
  operator.purges.unary((client) => client.listReleaseLimits, { pageSize, pageToken });

describe('limits', () => {
  it('are set, set anew and removed, with who and when', async () => {
    expect((await list()).limits).toEqual([]);
    const { limit: first } = await set('org1', 1);
    expect(first).toEqual({
      organizationId: 'org1',
      blocksPerSecond: 1,
      setBy: 'operator-1',
      setTime: expect.any(Date),
    });
    const { limit: second } = await set('org1', 1_000_000_000, 'Zoë Ångström');
    expect(second).toMatchObject({ blocksPerSecond: 1_000_000_000, setBy: 'Zoë Ångström' });
    expect(second!.setTime!.getTime()).toBeGreaterThanOrEqual(first!.setTime!.getTime());
    expect(await list()).toEqual({ limits: [second], nextPageToken: '' });
    for (let n = 0; n < 2; n++) expect(await set('org1', 0)).toEqual({ limit: undefined });
    expect((await list()).limits).toEqual([]);
  });

  it.each([
    ['org1', -1, 'operator-1'],
    ['org1', 1e9 + 1, 'operator-1'],
    ['org1', 5, ''],
    ['org1', 0, ''],
    ['a/b', 5, 'operator-1'],
  ])('stay as they are when one is refused: %s, %d by "%s"', async (organizationId, rate, setBy) => {
    const { limit } = await set('org1', 7);
    await expect(set(organizationId, rate, setBy)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect((await list()).limits).toEqual([limit]);
  });

  it('are listed by organization, page by page, each once', async () => {
    const names = ['org1', 'Org1', 'org10', 'org2', 'ö', '日本', 'a b', '-', '🙂'.repeat(16)];
    for (const [n, name] of names.entries()) await set(name, n + 1);
    const seen: string[] = [];
    let pageToken = '';
    do {
      const answer = await list(2, pageToken);
      expect(answer.limits.length).toBeGreaterThan(0);
      seen.push(...answer.limits.map(({ organizationId }) => organizationId));
      pageToken = answer.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toHaveLength(names.length);
    expect(new Set(seen)).toEqual(new Set(names));
    expect(seen).toEqual((await list()).limits.map(({ organizationId }) => organizationId));
    expect((await list(9)).nextPageToken).toBe('');
    expect((await list(8)).nextPageToken).not.toBe('');
  });
});

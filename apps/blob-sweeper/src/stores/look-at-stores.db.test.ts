import type { ObjectStore } from '@lethe/object-store';
import { createLogger, createMetrics, type Metrics } from '@lethe/telemetry';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../testing/world.js';
import { forgetStores } from '../testing/world.sql.js';
import { createStoresLook } from './look-at-stores.js';
import { listStoreRows } from './store-registry.sql.js';
import { createStoreSet, type PlacedStore } from './store-set.js';

const logger = createLogger('test', 'silent');
const [ONE, TWO] = ['11111111-2222-4333-8444-555555555555', '66666666-2222-4333-8444-555555555555'];
let database: TestDatabase;
let metrics: Metrics;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await forgetStores(database.pool);
  metrics = createMetrics('test');
});
afterAll(() => database.drop());

/** A store that says so of itself. */
const placed = (id: string, markers: () => Promise<string[]>, ...organizations: string[]): PlacedStore => ({
  store: { id, name: `store ${id[0]}`, kind: 's3', identities: markers } as ObjectStore,
  organizations,
});
const says =
  (...markers: string[]) =>
  () =>
    Promise.resolve(markers);
const setOf = (stores: PlacedStore[]) => createStoreSet(database.pool, stores);
const away = () => Promise.reject(new Error('away'));
const remembered = async () =>
  (await listStoreRows(database.pool)).map(({ store_id, organization_id }) => [store_id, organization_id]);
const alarms = async () =>
  (await metrics.alarms.get()).values.find(({ labels }) => labels.alarm === 'store_not_recognized')?.value ??
  0;
const recognized = async () => {
  const text = await metrics.registry.getSingleMetricAsString('lethe_store_recognized');
  return [...text.matchAll(/store="([^"]+)"[^}]*} (\d)/g)].map(([, name, value]) => `${name}: ${value}`);
};

describe('a look at the stores', () => {
  it('remembers each that is configured, whatever it says, with those whose blocks it holds', async () => {
    const stores = [placed(ONE, says()), placed(TWO, away, 'org1', 'org2')];
    await createStoresLook({ stores: setOf(stores), logger, metrics })();
    expect(await remembered()).toEqual([
      [ONE, ''],
      [TWO, 'org1'],
      [TWO, 'org2'],
    ]);
  });

  it('alarms and shows it when one is not what it is taken for; one that does not answer says nothing', async () => {
    let [first, second]: (() => Promise<string[]>)[] = [says(TWO), says(TWO)];
    const stores = [placed(ONE, () => first!()), placed(TWO, () => second!())];
    const look = createStoresLook({ stores: setOf(stores), logger, metrics });
    expect(await recognized()).toEqual([]);
    expect((await look()).counts).toEqual({ unrecognized: 1, silent: 0 });
    expect([await alarms(), await recognized()]).toEqual([1, ['store 1: 0', 'store 6: 1']]);
    [first, second] = [says(ONE), away];
    expect((await look()).counts).toEqual({ unrecognized: 0, silent: 1 });
    expect([await alarms(), await recognized()]).toEqual([1, ['store 1: 1', 'store 6: 1']]);
  });

  it('ends when it is told to, whatever a store does', async () => {
    const stopping = new AbortController();
    const stores = [placed(ONE, () => new Promise<never>(() => undefined))];
    const look = createStoresLook({ stores: setOf(stores), logger, metrics });
    const ended = look(stopping.signal);
    await eventually('it is remembered', async () => (await remembered()).length === 1);
    stopping.abort();
    expect((await ended).counts).toEqual({ unrecognized: 0, silent: 1 });
  });
});

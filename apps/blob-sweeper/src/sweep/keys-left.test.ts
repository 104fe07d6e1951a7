import type { FailureKind, KeyFailure, ObjectVersion, VersionLock } from '@lethe/object-store';
import { describe, expect, it } from 'vitest';
import { whyLeft } from './keys-left.js';

const NEVER = new AbortController().signal;
const NOW = new Date('2026-12-01T00:00:00Z');
const SOON = new Date('2027-01-01T00:00:00.250Z');
const LATE = new Date('2028-01-01T00:00:00Z');
const failure = (key: string, kind: FailureKind, code = 'AccessDenied', versionId = 'v1'): KeyFailure => ({
  key,
  versionId,
  code,
  kind,
});
/** A store with these locks, by key and version. */
function storeWith(locks: Record<string, VersionLock | Error>) {
  const asked: string[] = [];
  return {
    asked,
    lockOf: ({ key, versionId }: ObjectVersion) => {
      asked.push(`${key} ${versionId}`);
      const lock = locks[`${key} ${versionId}`];
      return lock instanceof Error ? Promise.reject(lock) : Promise.resolve(lock);
    },
  };
}
const judge = (
  failures: KeyFailure[],
  locks: Record<string, VersionLock | Error> = {},
  keys = ['a', 'b', 'c'],
) => whyLeft(storeWith(locks), new Set(keys), failures, NOW, NEVER);

describe('whyLeft', () => {
  it('says until when the last lock lasts', async () => {
    const refused = ['a', 'b', 'c'].map((key) => failure(key, 'permission'));
    const locks = { 'a v1': { until: LATE }, 'b v1': { until: SOON }, 'c v1': { until: SOON } };
    expect(await judge(refused, locks)).toMatchObject({
      kind: 'blocked',
      until: LATE,
      reason: '3 blocked until 2028-01-01T00:00:00Z',
    });
  });

  it('says no time when one of the locks has no end that is known', async () => {
    const refused = ['a', 'b', 'c'].map((key) => failure(key, 'permission'));
    const locks = { 'a v1': { until: LATE }, 'b v1': { until: undefined }, 'c v1': { until: SOON } };
    expect(await judge(refused, locks)).toMatchObject({
      until: undefined,
      reason: '3 blocked until a hold is lifted',
    });
  });

  it('of the versions of one key, takes the lock that lasts longest', async () => {
    const refused = ['v1', 'v2', 'v3'].map((id) => failure('a', 'permission', 'AccessDenied', id));
    const locks = { 'a v1': { until: SOON }, 'a v2': { until: LATE }, 'a v3': { until: SOON } };
    expect(await judge(refused, locks, ['a'])).toMatchObject({
      until: LATE,
      reason: '1 blocked until 2028-01-01T00:00:00Z',
    });
  });

  it('names what is worst first, and how many keys each keeps', async () => {
    const failures = [
      failure('a', 'retry', 'SlowDown'),
      failure('b', 'permission'),
      failure('c', 'permission'),
      failure('d', 'gone', 'NoSuchBucket'),
      failure('a', 'permission'), // worse than its other version
    ];
    const left = await judge(failures, { 'b v1': { until: SOON } }, ['a', 'b', 'c', 'd', 'e']);
    expect(left).toMatchObject({
      kind: 'gone',
      until: undefined, // the others may go sooner
      reason: '1 NoSuchBucket, 1 blocked until 2027-01-01T00:00:00Z, 2 AccessDenied, 1 StillThere',
    });
  });

  it.each([
    ['refused', failure('b', 'permission')],
    ['that the store had no time for', failure('b', 'retry', 'SlowDown')],
    ['that is there still', undefined],
  ])('does not wait for a lock where there is another key %s', async (_, other) => {
    const failures = [failure('a', 'permission'), ...(other ? [other] : [])];
    const left = await judge(failures, { 'a v1': { until: LATE } }, ['a', 'b']);
    expect(left).toMatchObject({ kind: 'blocked', until: undefined });
  });

  it('does not wait for the lock of one version where another of the key is refused', async () => {
    const failures = [failure('a', 'permission'), failure('a', 'permission', 'AccessDenied', 'v2')];
    const left = await judge(failures, { 'a v1': { until: LATE } }, ['a']);
    expect(left).toMatchObject({ kind: 'blocked', until: undefined });
  });

  it('puts what stays for good before all, and counts it', async () => {
    const failures = [failure('a', 'remains', 'SLODeleteError'), failure('b', 'gone', 'NoSuchBucket')];
    const left = await judge(failures, {}, ['a', 'b']);
    expect(left).toMatchObject({
      kind: 'remains',
      remains: 1,
      until: undefined,
      reason: '1 SLODeleteError, 1 NoSuchBucket',
    });
  });

  it('takes a lock that is over for a refusal', async () => {
    const left = await judge([failure('a', 'permission')], { 'a v1': { until: NOW } }, ['a']);
    expect(left).toMatchObject({ kind: 'permission', until: undefined, reason: '1 AccessDenied' });
  });

  it('takes a store that does not say for one without a lock', async () => {
    const left = await judge([failure('a', 'permission')], { 'a v1': new Error('NotImplemented') }, ['a']);
    expect(left).toMatchObject({ kind: 'permission', until: undefined, reason: '1 AccessDenied' });
  });

  it('asks for a thousand versions at most, and only for those of keys that are left', async () => {
    const many = Array.from({ length: 1_500 }, (_, n) => failure('a', 'permission', 'AccessDenied', `v${n}`));
    const store = storeWith({});
    await whyLeft(store, new Set(['a']), [failure('gone since', 'permission'), ...many], NOW, NEVER);
    expect(store.asked).toHaveLength(1_000);
    expect(store.asked[0]).toBe('a v0');
  });

  it('asks one version of each key first: its lock counts for those that were not asked', async () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => `key ${n}`);
    const refused = keys.flatMap((key) => ['v1', 'v2'].map((id) => failure(key, 'permission', 'No', id)));
    const locks = Object.fromEntries(keys.map((key) => [`${key} v1`, { until: SOON }]));
    const store = storeWith(locks);
    expect(await whyLeft(store, new Set(keys), refused, NOW, NEVER)).toMatchObject({
      kind: 'blocked',
      until: SOON,
      reason: '1000 blocked until 2027-01-01T00:00:00Z',
    });
    expect(store.asked).toEqual(keys.map((key) => `${key} v1`));
  });

  it.each([['v1'], ['v999']])(
    'waits for the lock of the version %s, which is one of many',
    async (locked) => {
      const refused = Array.from({ length: 1_500 }, (_, n) => failure('a', 'permission', 'No', `v${n}`));
      const locks = { [`a ${locked}`]: { until: LATE } };
      const left = await judge(refused, locks, ['a']);
      // The others that were asked are refused without a lock.
      expect(left).toMatchObject({
        kind: 'blocked',
        until: undefined,
        reason: '1 blocked until 2028-01-01T00:00:00Z',
      });
    },
  );

  it('takes versions that were not asked for refused where no lock of their key is known', async () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => `key ${n}`);
    const refused = keys.flatMap((key) => ['v1', 'v2'].map((id) => failure(key, 'permission', 'No', id)));
    const locks = Object.fromEntries(keys.slice(1).map((key) => [`${key} v1`, { until: SOON }]));
    expect(await judge(refused, locks, keys)).toMatchObject({
      until: undefined,
      reason: '999 blocked until 2027-01-01T00:00:00Z, 1 No',
    });
  });

  it('asks nothing once it is told to stop', async () => {
    const store = storeWith({});
    const told = AbortSignal.abort(new Error('lost'));
    await expect(whyLeft(store, new Set(['a']), [failure('a', 'permission')], NOW, told)).rejects.toThrow(
      'lost',
    );
    expect(store.asked).toEqual([]);
  });
});

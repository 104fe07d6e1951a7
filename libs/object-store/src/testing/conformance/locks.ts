import { describe, expect, it } from 'vitest';
import { newKeys, newOrganization, usePlace, versionsOf, type Kind } from './kind.js';

const HOUR_MS = 3_600_000;

export function describeLocks(kind: Kind): void {
  describe('a lock', () => {
    const place = usePlace(kind);
    const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS);

    // a store that does not know the question answers another one
    it.runIf(kind.traits.objectLock !== 'unknown')('is not known of what has none', async () => {
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.put(key);
      const [version] = await versionsOf(place.now.store(), key);
      expect(version && (await place.now.store().lockOf(version))).toBeUndefined();
    });

    describe.runIf(kind.traits.objectLock === true)('that there is', () => {
      it.each([
        ['a retention that its owner may lift', { mode: 'GOVERNANCE', until }, { until }],
        ['a retention that nobody may lift', { mode: 'COMPLIANCE', until }, { until }],
        ['a legal hold', { until: undefined }, { until: undefined }],
      ] as const)('keeps the version, and says until when: %s', async (_, lock, told) => {
        const store = place.now.store();
        const [key = '', free = ''] = newKeys(newOrganization(), 2);
        await place.now.put(free);
        await place.now.locks?.put(key, lock);
        const [version] = await versionsOf(store, key);
        const [other] = await versionsOf(store, free);
        if (version === undefined || other === undefined) throw new Error('it was not put');
        const failures = await store.deleteVersions([version, other]);
        expect(failures).toMatchObject([{ key, versionId: version.versionId, kind: 'permission' }]);
        expect(await store.lockOf(version)).toEqual(told);
        expect(await versionsOf(store, key)).toEqual([version]);
        expect(await versionsOf(store, free)).toEqual([]);
      });

      it('a hold goes before a retention, and what was released goes', async () => {
        const store = place.now.store();
        const [key = ''] = newKeys(newOrganization(), 1);
        await place.now.locks?.put(key, { until: undefined });
        const [version] = await versionsOf(store, key);
        if (version === undefined) throw new Error('it was not put');
        expect(await store.lockOf(version)).toEqual({ until: undefined });
        await place.now.locks?.release(key);
        expect(await store.lockOf(version)).toBeUndefined();
        expect(await store.deleteVersions([version])).toEqual([]);
        expect(await versionsOf(store, key)).toEqual([]);
      });

      it('is never gone around', () => {
        const sent = place.now.locks?.headers() ?? [];
        expect(sent).toContain('authorization');
        expect(sent.filter((name) => name.includes('bypass'))).toEqual([]);
      });
    });
  });
}

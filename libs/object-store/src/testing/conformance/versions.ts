import { describe, expect, it } from 'vitest';
import { newKeys, newOrganization, usePlace, versionsOf, type Kind } from './kind.js';

export function describeVersions(kind: Kind): void {
  describe('a version', () => {
    const place = usePlace(kind);

    it('is listed with its size and time', async () => {
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.put(key);
      const [version, ...others] = await versionsOf(place.now.store(), key);
      expect(others).toEqual([]);
      expect(version).toMatchObject({ key, bytes: 1, isMarker: false });
      expect(version?.versionId).not.toBe('');
      expect(Math.abs(Date.now() - (version?.modified.getTime() ?? 0))).toBeLessThan(60_000);
    });

    it('that a key does not have is missing, and what it has stays', async () => {
      const store = place.now.store();
      const [key = '', other = ''] = newKeys(newOrganization(), 2);
      await place.now.put(key, other);
      const [foreign] = await versionsOf(store, other);
      const versionId =
        foreign === undefined || foreign.versionId === 'null' ? 'a'.repeat(32) : foreign.versionId;
      await store.deleteVersions([{ key, versionId }]);
      expect(await versionsOf(store, key)).toHaveLength(1);
    });

    it.runIf(kind.traits.versioning !== 'none')('goes by its id, a delete marker too', async () => {
      const store = place.now.store();
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.history?.(key);
      const all = await versionsOf(store, key);
      expect(all.length).toBeGreaterThan(1);
      expect(all.map(({ isMarker }) => isMarker)).toContain(true);
      expect(all.find(({ isMarker }) => isMarker)?.bytes).toBe(0);
      expect(new Set(all.map(({ versionId }) => versionId)).size).toBe(all.length);
      for (let left = all; left.length > 0;) {
        const [one, ...others] = left;
        if (one === undefined) break;
        expect(await store.deleteVersions([one])).toEqual([]);
        const now = await versionsOf(store, key);
        expect(now.map(({ versionId }) => versionId)).toEqual(others.map(({ versionId }) => versionId));
        left = now;
      }
      expect(await place.now.contents()).not.toContain(key);
    });

    it.runIf(kind.traits.versioning !== 'none')('outlives a deletion by key alone', async () => {
      const store = place.now.store();
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.history?.(key);
      const before = await versionsOf(store, key);
      expect(await store.deleteKeys([key])).toEqual([]);
      const after = await versionsOf(store, key);
      expect(after.length).toBeGreaterThanOrEqual(before.length);
      expect(await store.deleteVersions(after)).toEqual([]);
      expect(await versionsOf(store, key)).toEqual([]);
    });

    it.runIf(kind.traits.versioning === 'none')('is the only one of its key', async () => {
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.put(key);
      await place.now.put(key);
      expect(await versionsOf(place.now.store(), key)).toMatchObject([{ versionId: 'null' }]);
    });
  });
}

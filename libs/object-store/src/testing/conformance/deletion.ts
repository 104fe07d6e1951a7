import { describe, expect, it } from 'vitest';
import { newKeys, newOrganization, SLOWEST_MS, usePlace, versionsOf, type Kind } from './kind.js';

export function describeDeletion(kind: Kind): void {
  describe('a deletion', () => {
    const place = usePlace(kind);

    it('takes what is there and minds nothing that is missing', async () => {
      const store = place.now.store();
      const keys = newKeys(newOrganization(), 20);
      await place.now.put(...keys.slice(0, 10));
      const found = (await Promise.all(keys.map((key) => versionsOf(store, key)))).flat();
      expect(found.map(({ key }) => key)).toEqual(keys.slice(0, 10));
      expect(await store.deleteVersions(found)).toEqual([]);
      expect(await store.deleteVersions(found)).toEqual([]);
      expect((await Promise.all(keys.map((key) => versionsOf(store, key)))).flat()).toEqual([]);
      expect((await place.now.contents()).filter((key) => keys.includes(key))).toEqual([]);
    });

    it(
      'takes as many keys in one request as a page has',
      async () => {
        const store = place.now.store();
        const keys = newKeys(newOrganization(), kind.keysAtOnce);
        await place.now.put(...keys.slice(0, 3));
        expect(await store.deleteKeys(keys)).toEqual([]);
        for (const key of keys.slice(0, 3)) {
          const left = await versionsOf(store, key);
          if (kind.traits.versioning === 'none') expect(left).toEqual([]);
          else expect(left.find(({ isMarker }) => isMarker)).toBeDefined();
        }
      },
      SLOWEST_MS,
    );

    it('of nothing asks nothing', async () => {
      const store = place.now.missing(); // it would reject
      expect(await store.deleteKeys([])).toEqual([]);
      expect(await store.deleteVersions([])).toEqual([]);
    });

    it('leaves every neighbour as it was', async () => {
      const store = place.now.store();
      const organization = newOrganization();
      const [key = ''] = newKeys(organization, 1);
      const id = key.slice(organization.length + 1);
      const neighbours = [
        `${key}.tmp`,
        `${key}0`,
        key.slice(0, -1),
        `${organization}/${id.toUpperCase()}X`,
        `${organization}0/${id}`,
        `${organization.slice(0, -1)}/${id}`,
      ].sort();
      await place.now.put(key, ...neighbours);
      const before = await Promise.all(neighbours.map((one) => versionsOf(store, one)));
      expect(before.map((versions) => versions.length)).toEqual(neighbours.map(() => 1));
      expect(await store.deleteVersions(await versionsOf(store, key))).toEqual([]);
      expect(await versionsOf(store, key)).toEqual([]);
      expect(await Promise.all(neighbours.map((one) => versionsOf(store, one)))).toEqual(before);
      const mine = (await place.now.contents()).filter((one) => one === key || neighbours.includes(one));
      expect(mine).toEqual(neighbours);
    });
  });
}

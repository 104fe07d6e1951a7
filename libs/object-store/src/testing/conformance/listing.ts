import { describe, expect, it } from 'vitest';
import { isComplete, type ObjectStore } from '../../object-store.js';
import { newKeys, newOrganization, usePlace, type Kind } from './kind.js';

export function describeListing(kind: Kind): void {
  describe('a listing', () => {
    const place = usePlace(kind);

    /** Each page's keys. */
    async function walk(store: ObjectStore, prefix: string): Promise<string[][]> {
      const pages: string[][] = [];
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await store.listVersions(prefix, after);
        pages.push(page.items.map(({ key }) => key));
        if (page.last === after) throw new Error('it does not go on');
        after = page.last;
      }
      return pages;
    }

    it('is in the order of bytes, and ends', async () => {
      const organization = newOrganization();
      const names = ['Z', 'a', 'a.tmp', 'b', '~', 'ü', '\ufffd', '\u{1f512}'];
      const keys = names.map((name) => `${organization}/${name}`);
      await place.now.put(...keys.toReversed());
      expect((await walk(place.now.store(), `${organization}/`)).flat()).toEqual(keys);
    });

    it('comes in parts, each of which knows how far it speaks', async () => {
      const organization = newOrganization();
      const keys = newKeys(organization, 11);
      await place.now.put(...keys);
      const store = place.now.store({ listingItems: 4 });
      const seen = new Set<string>();
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await store.listVersions(`${organization}/`, after);
        expect(page.items.length).toBeLessThanOrEqual(4);
        for (const { key } of page.items) seen.add(key);
        for (const key of keys) if (isComplete(page, key)) expect(seen).toContain(key);
        after = page.last;
      }
      expect([...seen].sort()).toEqual(keys);
    });

    it('begins behind the place that it is told', async () => {
      const organization = newOrganization();
      const keys = newKeys(organization, 5);
      await place.now.put(...keys);
      const page = await place.now.store().listVersions(`${organization}/`, keys[2] ?? '');
      const behind = page.items.map(({ key }) => key).filter((key) => key !== keys[2]);
      expect(behind).toEqual(keys.slice(3));
      const { items } = await place.now.store().listVersions(`${organization}/`, `${organization}/~`);
      expect(items).toEqual([]);
    });

    it('of an organization names no other, however alike', async () => {
      const organization = newOrganization();
      const [key = ''] = newKeys(organization, 1);
      const id = key.slice(organization.length + 1);
      await place.now.put(key, `${organization}0/${id}`, `${organization}.tmp/${id}`);
      expect(await walk(place.now.store(), `${organization}/`)).toEqual([[key]]);
      expect(await walk(place.now.store(), `${newOrganization()}/`)).toEqual([[]]);
    });

    it('of one key is whole', async () => {
      const organization = newOrganization();
      const [key = '', missing = ''] = newKeys(organization, 2);
      await place.now.put(key);
      const page = await place.now.store({ listingItems: 1 }).listVersions(key, '');
      expect(page.items.map((item) => item.key)).toEqual([key]);
      expect(await place.now.store().listVersions(missing, '')).toEqual({ items: [], last: undefined });
    });
  });
}

import { describe, expect, it } from 'vitest';
import { newKeys, newOrganization, usePlace, versionsOf, type Kind } from './kind.js';

export function describeFailing(kind: Kind): void {
  describe.runIf(kind.hasRights)('without the right to delete', () => {
    const place = usePlace(kind, { mayDelete: false });

    it('each key fails by a refusal, or all of them together, and stays', async () => {
      const store = place.now.store();
      const keys = newKeys(newOrganization(), 3);
      await place.now.put(...keys);
      const found = (await Promise.all(keys.map((key) => versionsOf(store, key)))).flat();
      expect(found.map(({ key }) => key)).toEqual(keys);
      const answer = await store.deleteVersions(found).catch((error: unknown) => error as Error);
      if (answer instanceof Error) expect(answer).toMatchObject({ name: 'AccessDenied' });
      else {
        const failed = answer.map(({ key, versionId, kind: of }) => `${key} ${versionId} ${of}`);
        expect(failed.sort()).toEqual(
          found.map(({ key, versionId }) => `${key} ${versionId} permission`).sort(),
        );
      }
      expect(await place.now.contents()).toEqual(expect.arrayContaining(keys));
    });
  });

  describe('where nothing is', () => {
    const place = usePlace(kind);
    const [key = ''] = newKeys('org', 1);

    it.each<[string, (store: ReturnType<typeof place.now.missing>) => Promise<unknown>]>([
      ['a look-up', (store) => store.listVersions(key, '')],
      ['a listing', (store) => store.listVersions('org/', '')],
      ['a deletion of keys', (store) => store.deleteKeys([key])],
      ['a deletion of versions', (store) => store.deleteVersions([{ key, versionId: 'null' }])],
      ['the identity', (store) => store.identities()],
      ['a probe', (store) => store.probe()],
    ])('%s rejects', async (_, ask) => {
      await expect(ask(place.now.missing())).rejects.toThrow();
    });

    it('the traits are unknown', async () => {
      expect(await place.now.missing().describeBucket(5_000)).toEqual({
        reachable: false,
        versioning: 'unknown',
        mfaDelete: false,
        objectLock: 'unknown',
      });
    });
  });

  describe('the end', () => {
    const place = usePlace(kind);

    it('by a close rejects what is under way and all that comes later', async () => {
      const store = place.now.store();
      const keys = newKeys(newOrganization(), 3);
      const pending = [store.listVersions(keys[0] ?? '', ''), store.identities(), store.probe()];
      store.close();
      for (const result of await Promise.allSettled(pending)) expect(result.status).toBe('rejected');
      await expect(store.deleteKeys(keys)).rejects.toThrow();
      await expect(store.listVersions(keys[0] ?? '', '')).rejects.toThrow();
      await expect(store.listUploads(keys[0] ?? '', '')).rejects.toThrow();
      await expect(store.lockOf({ key: keys[0] ?? '', versionId: 'null' })).rejects.toThrow();
      expect((await store.describeBucket(1_000)).reachable).toBe(false);
      store.close();
    });

    it('by an abort before it began leaves everything', async () => {
      const store = place.now.store();
      const keys = newKeys(newOrganization(), 3);
      await place.now.put(...keys);
      const found = (await Promise.all(keys.map((key) => versionsOf(store, key)))).flat();
      const signal = AbortSignal.abort();
      await expect(store.deleteKeys(keys, signal)).rejects.toThrow();
      await expect(store.deleteVersions(found, signal)).rejects.toThrow();
      expect((await place.now.contents()).filter((key) => keys.includes(key))).toEqual(keys);
      expect(await store.deleteVersions(found)).toEqual([]); // the store itself goes on
    });

    it('by an abort amid it rejects', async () => {
      const store = place.now.store();
      const keys = newKeys(newOrganization(), 200);
      await place.now.put(...keys.slice(0, 5));
      const end = new AbortController();
      const deleting = store.deleteKeys(keys, end.signal);
      end.abort();
      await expect(deleting).rejects.toThrow();
    });
  });
}

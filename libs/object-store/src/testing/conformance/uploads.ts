import { describe, expect, it } from 'vitest';
import { newKeys, newOrganization, usePlace, type Kind } from './kind.js';

const AN_HOUR_MS = 3_600_000;

export function describeUploads(kind: Kind): void {
  describe('an unfinished upload', () => {
    const place = usePlace(kind);

    it.runIf(kind.hasUploads)('is listed under its key and aborted, its neighbours are not', async () => {
      const store = place.now.store();
      const organization = newOrganization();
      const [key = ''] = newKeys(organization, 1);
      const before = Date.now();
      await place.now.begin?.(key, key, `${key}.tmp`, `${organization}/${'0'.repeat(8)}`);
      const uploads = (await store.listUploads(key, '')).items.filter((upload) => upload.key === key);
      expect(uploads).toHaveLength(2);
      for (const { initiated } of uploads)
        expect(Math.abs(initiated.getTime() - before)).toBeLessThan(AN_HOUR_MS); // another host's clock
      for (const upload of uploads) expect(await store.abortUpload(upload)).toBeUndefined();
      for (const upload of uploads) expect(await store.abortUpload(upload)).toBeUndefined(); // missing by now
      const left = (await store.listUploads(`${organization}/`, '')).items.map((upload) => upload.key);
      expect(left).toEqual([`${organization}/${'0'.repeat(8)}`, `${key}.tmp`].sort());
    });

    it.runIf(kind.hasUploads)('outlives the deletion of its key', async () => {
      const store = place.now.store();
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.begin?.(key);
      await store.deleteKeys([key]);
      expect((await store.listUploads(key, '')).items.map((upload) => upload.key)).toEqual([key]);
    });

    it('there is none where none was begun', async () => {
      const [key = ''] = newKeys(newOrganization(), 1);
      await place.now.put(key);
      expect(await place.now.store().listUploads(key, '')).toEqual({ items: [], last: undefined });
    });
  });
}

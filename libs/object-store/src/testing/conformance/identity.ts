import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SLOWEST_MS, usePlace, type Kind } from './kind.js';

const OF_LOCKS: Readonly<Record<string, object>> = {
  true: { OBJECT_LOCK: 'warning' },
  unknown: { OBJECT_LOCK: 'unknown' },
};

export function describeIdentity(kind: Kind): void {
  describe('says of itself', () => {
    const place = usePlace(kind);
    const traits = () => place.now.traits ?? kind.traits;

    it('its traits', async () => {
      const store = place.now.store();
      expect(await store.describeBucket(5_000)).toEqual(traits());
      expect(await store.mayHaveVersions()).toBe(kind.traits.versioning !== 'none');
      await store.probe();
    });

    it('its id, whatever else is in it', async () => {
      await place.now.put(`lethe/${randomUUID()}`, `.lethe-store2/${randomUUID()}`);
      expect(await place.now.store().identities()).toEqual([place.now.id]);
    });

    it('every marker that is in it', async () => {
      const other = randomUUID();
      await place.now.putMarker(other);
      const both = [place.now.id, other].sort();
      expect((await place.now.store().identities()).toSorted()).toEqual(both);
      await place.now.removeMarker(other);
      expect(await place.now.store().identities()).toEqual([place.now.id]);
    });

    it('nothing where no marker is', async () => {
      await place.now.removeMarker(place.now.id);
      expect(await place.now.store().identities()).toEqual([]);
      await place.now.putMarker(place.now.id);
    });

    it(
      'what an examination finds, and nothing else than its kind is known for',
      async () => {
        const findings = await place.now.store().examine(() => new Date());
        const otherwise = findings.filter(({ judgement }) => judgement !== 'ok');
        expect(Object.fromEntries(otherwise.map(({ what, judgement }) => [what, judgement]))).toEqual({
          ...kind.examined,
          ...OF_LOCKS[String(traits().objectLock)],
        });
        expect(findings).toContainEqual(expect.objectContaining({ what: 'IDENTITY', judgement: 'ok' }));
      },
      SLOWEST_MS,
    );
  });
}

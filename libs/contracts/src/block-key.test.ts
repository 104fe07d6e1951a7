import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockKey, isCanonicalUuid, isOrganizationId, packBlockIds, unpackBlockIds } from './block-key.js';

const uuid = fc.uuid();
const sortedIds = fc.uniqueArray(uuid, { maxLength: 50 }).map((ids) => ids.sort());
const organization = fc.string({ minLength: 1, maxLength: 32 }).filter((text) => !text.includes('/'));

describe('blockKey', () => {
  it('stays under the prefix of its organization, and of no other', () => {
    fc.assert(
      fc.property(organization, organization, uuid, (own, other, id) => {
        const key = blockKey(own, id);
        expect(key.split('/')).toEqual([own, id]);
        expect(key.startsWith(`${other}/`)).toBe(own === other);
      }),
    );
  });

  it.each(['', '/', 'a/b', '../x'])('refuses the organization %j', (id) => {
    expect(() => blockKey(id, '00000000-0000-0000-0000-000000000000')).toThrow(RangeError);
  });

  it('refuses every text that is no canonical UUID', () => {
    const noUuid = fc.oneof(
      fc.string(),
      uuid.map((id) => id.toUpperCase()).filter((id) => /[A-F]/.test(id)),
      uuid.map((id) => id.replaceAll('-', '')),
      uuid.map((id) => `${id}\n`),
      uuid.map((id) => `../${id}`),
    );
    fc.assert(
      fc.property(noUuid, (id) => {
        expect(isCanonicalUuid(id)).toBe(false);
        expect(() => blockKey('org1', id)).toThrow(RangeError);
      }),
    );
  });
});

describe('the id of an organization', () => {
  it.each(['o', 'Org 1', 'a.b', '..', 'x'.repeat(32), 'Zoë', '\u{1f512}'.repeat(32)])('may be %j', (id) => {
    expect(isOrganizationId(id)).toBe(true);
  });

  it.each(['', 'a/b', '/', 'x'.repeat(33), 'a\0', 'a\n', 'a\u007f', 'a\u009b', 'a\u2028', 'a\u2029'])(
    'is not %j',
    (id) => {
      expect(isOrganizationId(id)).toBe(false);
    },
  );
});

describe('packed block ids', () => {
  it('come back as they went, from wherever in a buffer', () => {
    fc.assert(
      fc.property(sortedIds, fc.nat(40), (ids, offset) => {
        const packed = packBlockIds(ids);
        expect(packed).toHaveLength(16 * ids.length);
        const around = Buffer.concat([Buffer.alloc(offset, 7), packed, Buffer.alloc(3)]);
        expect(
          unpackBlockIds(new Uint8Array(around.buffer, around.byteOffset + offset, packed.length)),
        ).toEqual(ids);
      }),
    );
  });

  it('are refused when an id is cut off, doubled or out of order', () => {
    fc.assert(
      fc.property(
        sortedIds.filter((ids) => ids.length > 1),
        fc.integer({ min: 1, max: 15 }),
        (ids, cut) => {
          expect(() => unpackBlockIds(packBlockIds(ids).subarray(0, -cut))).toThrow(RangeError);
          expect(() => unpackBlockIds(packBlockIds(ids.toReversed()))).toThrow(RangeError);
          expect(() => unpackBlockIds(packBlockIds([ids[0]!, ...ids]))).toThrow(RangeError);
        },
      ),
    );
  });

  it('are never made of what is no id: the rest of the page would go missing', () => {
    fc.assert(
      fc.property(sortedIds, fc.string(), fc.nat(), (ids, text, at) => {
        const wrong = ids.toSpliced(at % (ids.length + 1), 0, text);
        expect(() => packBlockIds(wrong)).toThrow(RangeError);
      }),
    );
  });
});

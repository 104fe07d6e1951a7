import { PageOutcome, encodeEvent, type BlocksSwept } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { decode } from './settle-pages.consumer.js';

const context = {
  eventId: 'e',
  organizationId: 'org1',
  workspaceId: crypto.randomUUID(),
  epoch: 1,
  time: new Date(),
};
const receipt: BlocksSwept = {
  context,
  page: 0,
  rowDigest: Buffer.alloc(32),
  outcome: PageOutcome.BLOCKED,
  blocksLeft: 1,
  reason: 'locked',
  until: new Date(),
  blocksSwept: 1,
  cut: 1,
};
const sent = (said: Partial<BlocksSwept>) => ({
  data: encodeEvent('realm.blocks_swept', 'test', {
    ...receipt,
    ...said,
    context: { ...context, ...said.context },
  }).payload,
});

describe('a receipt', () => {
  it('is read as it was sent', () => {
    expect(decode(sent({}))).toEqual(receipt);
  });

  it.each<[string, Partial<BlocksSwept>]>([
    ['a foreign id', { context: { ...context, workspaceId: 'w' } }],
    ['a short digest', { rowDigest: Buffer.alloc(31) }],
    ['no outcome', { outcome: PageOutcome.UNSPECIFIED }],
    ['a negative page', { page: -1 }],
    ['a negative count', { blocksSwept: -1 }],
    ['a negative cut', { cut: -1 }],
    ['blocked, and nothing left', { blocksLeft: 0 }],
    ['more left than a page has', { blocksLeft: 1_001 }],
    ['a time that no Date can say', { until: new Date(8.64e15 + 1) }],
  ])('is refused with %s', (_, said) => {
    expect(() => decode(sent(said))).toThrow();
  });

  it('is refused when it is no receipt at all', () => {
    for (const data of [Buffer.alloc(0), Buffer.from('{}'), Buffer.from([0xff, 0xff])])
      expect(() => decode({ data })).toThrow();
  });

  it('has a reason that the database can hold', () => {
    const { reason } = decode(sent({ reason: `a\0b${'c'.repeat(5_000)}` }));
    expect(reason.slice(0, 3)).toBe('a\u{FFFD}b');
    expect(reason).toHaveLength(1_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent, eventTypeOf } from './events.js';
import { PageOutcome } from './gen/lethe/lifecycle/v1/events.js';

const time = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
const context = fc.record({
  eventId: fc.uuid(),
  organizationId: fc.string({ minLength: 1, maxLength: 32 }),
  workspaceId: fc.uuid(),
  epoch: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  time,
});
const bytes = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((raw) => Buffer.from(raw));
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('an event', () => {
  it('comes back as it went, as binary', () => {
    const body = fc.record({
      context,
      page: count,
      rowDigest: bytes(32),
      outcome: fc.constantFrom(PageOutcome.VERIFIED, PageOutcome.BLOCKED),
      blocksLeft: count,
      reason: fc.string(),
      until: fc.option(time, { nil: undefined }),
      blocksSwept: count,
      cut: count,
    });
    fc.assert(
      fc.property(body, (receipt) => {
        const { payload, headers, subject } = encodeEvent('realm.blocks_swept', 'test', receipt);
        expect(decodeEvent('realm.blocks_swept', payload)).toEqual(receipt);
        expect(headers).toMatchObject({
          'ce-id': receipt.context.eventId,
          'content-type': 'application/protobuf',
        });
        expect(eventTypeOf(subject)).toBe('realm.blocks_swept');
      }),
    );
  });

  it('comes back as it went, as JSON', () => {
    fc.assert(
      fc.property(context, fc.uuid(), (about, deletionId) => {
        const body = { context: about, deletionId };
        const { payload, headers, eventId } = encodeEvent('workspace.purge_started', 'test', body);
        expect(decodeEvent('workspace.purge_started', payload)).toEqual(body);
        expect(JSON.parse(payload.toString())).toMatchObject({ deletionId });
        expect([eventId, headers['ce-time']]).toEqual([about.eventId, about.time.toISOString()]);
      }),
    );
  });

  const complete = {
    eventId: 'e',
    organizationId: 'org1',
    workspaceId: 'w',
    epoch: 1,
    time: new Date(0),
  };
  it.each([{ eventId: '' }, { organizationId: '' }, { workspaceId: '' }, { time: undefined }])(
    'is not sent without %j',
    (lacking) => {
      expect(() =>
        encodeEvent('workspace.purge_started', 'test', {
          context: { ...complete, ...lacking },
          deletionId: '',
        }),
      ).toThrow(RangeError);
    },
  );

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"context":{}}',
    '{"context":{"eventId":"e","workspaceId":"w"}}',
    '7',
  ])('is not read from %j', (json) => {
    expect(() => decodeEvent('workspace.purge_started', Buffer.from(json))).toThrow();
  });

  it('is not read from any bytes that are none, and nothing else is thrown than an Error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
        expect(() => decodeEvent('realm.blocks_released', raw)).toThrow(Error);
      }),
    );
  });
});

describe('eventTypeOf', () => {
  it.each(['toString', 'constructor', '__proto__', 'workspace', 'workspace.deleted', ''])(
    'knows no %j',
    (type) => {
      expect(eventTypeOf(`lethe.org1.w.${type}`)).toBeUndefined();
    },
  );
});

import { DeletionKind, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { describe, expect, it } from 'vitest';
import type { KeysLeft } from '../sweep/keys-left.js';
import type { KeysSwept } from '../sweep/sweep-keys.js';
import type { ReleasedPage } from './judge-page.js';
import { resultOf } from './page-result.js';

const SOON = new Date('2027-01-01T00:00:00Z');
const LATE = new Date('2028-01-01T00:00:00Z');
const GRANT: Grant = {
  deletionId: 'd',
  organizationId: 'org1',
  workspaceId: '00000000-0000-4000-8000-000000000001',
  epoch: 3,
  kind: DeletionKind.DELETION_PLANNED,
  grantTime: SOON,
  participants: [],
  paused: false,
  blocksKept: false,
  retries: 0,
  replayOf: '',
  sweepTime: undefined,
  blocksDue: true,
};
const PAGE: ReleasedPage = {
  page: 0,
  blockIds: ['a', 'b', 'c'],
  rowDigest: Buffer.alloc(32, 1),
  rows: 3,
  cut: 1,
};
const left = (kind: KeysLeft['kind'], reason: string, keys: string[], until?: Date): KeysLeft => ({
  keys: new Set(keys),
  kind,
  reason,
  until,
});
const swept = (what: KeysLeft | undefined): KeysSwept => ({
  found: 3,
  missing: 0,
  versions: 3,
  uploads: 0,
  readBack: ['listing'],
  left: what,
});
const judge = (lefts: Record<string, KeysLeft | undefined>) =>
  resultOf(
    GRANT,
    PAGE,
    new Map(
      Object.entries(lefts).map(([name, what]) => [
        { name, id: `id of ${name}`, kind: 's3' } as ObjectStore,
        swept(what),
      ]),
    ),
    undefined,
  );

describe('resultOf', () => {
  it('waits for the last lock of all stores, and names all that is left once', () => {
    const result = judge({
      b: left('blocked', '1 blocked until 2028-01-01T00:00:00Z', ['x'], LATE),
      a: left('blocked', '2 blocked until 2027-01-01T00:00:00Z', ['x', 'y'], SOON),
      c: undefined,
    });
    expect(result).toMatchObject({
      state: 'blocked',
      stores: ['a', 'b', 'c'],
      blocks_left: 2,
      blocked_until: LATE,
      reason: 'a: 2 blocked until 2027-01-01T00:00:00Z; b: 1 blocked until 2028-01-01T00:00:00Z',
    });
  });

  it('waits for no time while a lock has no end that is known, or anything is left for another reason', () => {
    const lock = left('blocked', '', ['x'], LATE);
    expect(judge({ a: lock, b: left('blocked', '', ['y']) }).blocked_until).toBeNull();
    expect(judge({ a: left('permission', '1 AccessDenied', ['x']) }).blocked_until).toBeNull();
    expect(judge({ a: lock, b: left('permission', '1 AccessDenied', ['y']) }).blocked_until).toBeNull();
    expect(judge({ a: left('gone', '', ['x']), b: lock }).blocked_until).toBeNull();
    expect(judge({ a: undefined })).toMatchObject({ state: 'verified', reason: null, blocked_until: null });
  });
});

import { describe, expect, it } from 'vitest';
import { reasonsToRefuse } from './reasons.js';

const harmless = { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false } as const;

describe('reasonsToRefuse', () => {
  it.each([
    [{}, []],
    [{ versioning: 'enabled' }, []],
    [{ versioning: 'suspended' }, []],
    [{ versioning: 'unknown' }, ['VERSIONING_UNKNOWN']],
    [{ mfaDelete: true, versioning: 'enabled' }, ['MFA_DELETE']],
    [{ objectLock: true, versioning: 'enabled' }, ['OBJECT_LOCK']],
    [{ objectLock: 'unknown' }, ['OBJECT_LOCK_UNKNOWN']],
    [
      { reachable: false, versioning: 'unknown', objectLock: 'unknown' },
      ['UNREACHABLE', 'VERSIONING_UNKNOWN', 'OBJECT_LOCK_UNKNOWN'],
    ],
  ] as const)('%j: %j', (said, expected) => {
    expect(reasonsToRefuse({ ...harmless, ...said })).toEqual(expected);
  });
});

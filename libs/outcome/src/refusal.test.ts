import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { RefusalError, refusalOf } from './refusal.js';

describe('refusalOf', () => {
  it('reads back what a refusal says on the wire', () => {
    const sent = new RefusalError({
      code: status.FAILED_PRECONDITION,
      reason: 'WORKSPACE_HAS_RESOURCES',
      message: 'two buckets are in the way',
      metadata: { buckets: '2' },
    });
    const got = refusalOf({ code: sent.code, details: sent.details, metadata: sent.trailers() });
    expect(got).toMatchObject({
      code: sent.code,
      reason: sent.reason,
      message: sent.message,
      facts: { buckets: '2' },
    });
  });

  it('is undefined for an error that is no refusal', () => {
    expect(refusalOf(new Error('socket hang up'))).toBeUndefined();
  });
});

import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { describe, expect, it } from 'vitest';
import { QueueError, failureOf } from './failure.js';

const secret = 'postgres://user:password@10.0.0.1/realm';
const coded = (code: unknown) => Object.assign(new Error(secret), { code });

describe('failureOf', () => {
  it.each([
    ['the queue stores nothing', new QueueError(secret)],
    ['the database is away', coded('ECONNREFUSED')],
    ['the database is away', new Error('Connection terminated unexpectedly')],
    ['the authority answers UNAVAILABLE', coded(status.UNAVAILABLE)],
    [
      'the authority answers PERMISSION_DENIED',
      new RefusalError({ code: status.PERMISSION_DENIED, reason: 'X', message: secret }),
    ],
    ['the authority answers an unknown code', coded(4711)],
    ['writers of the organization are stuck', coded('55P03')],
    ['the database answers 22012', coded('22012')],
    ['an unexpected error', coded(secret)],
    ['an unexpected error', new TypeError(secret)],
    ['an unexpected error', secret],
    ['an unexpected error', undefined],
    ['an unexpected error', null],
  ])('is "%s" of %o', (kind, error) => {
    expect(failureOf(error)).toBe(kind);
  });
});

import { describe, expect, it } from 'vitest';
import { StoreAnswerError } from '../s3-answer.js';
import { codeOf, verdictOf } from './verdict.js';

const answered = (httpStatusCode: number, name: string) =>
  Object.assign(new Error(), { name, $metadata: { httpStatusCode } });
const line = (code: string) => Object.assign(new Error(), { code });

describe('the verdict on a store', () => {
  it.each([
    ['busy', answered(503, 'SlowDown')],
    ['busy', answered(503, 'Unknown')],
    ['busy', answered(429, 'TooManyRequests')],
    ['busy', answered(400, 'RequestTimeout')],
    ['away', answered(502, '502')],
    ['away', answered(504, '504')],
    ['away', line('ECONNREFUSED')],
    ['away', line('ECONNRESET')],
    ['away', line('ENOTFOUND')],
    ['away', line('CERT_HAS_EXPIRED')],
    ['away', Object.assign(new Error(), { name: 'TimeoutError' })],
    ['faulty', answered(500, 'InternalError')],
    ['faulty', new StoreAnswerError('nothing')],
    ['faulty', new SyntaxError('no XML')],
    ['faulty', answered(200, 'SyntaxError')],
    ['faulty', answered(403, 'RequestTimeTooSkewed')],
    ['faulty', undefined],
    ['fine', answered(403, 'AccessDenied')],
    ['fine', answered(403, 'InvalidAccessKeyId')],
    ['fine', answered(404, 'NoSuchBucket')],
    ['fine', answered(405, 'MethodNotAllowed')],
    ['fine', answered(501, 'NotImplemented')],
    ['fine', answered(301, 'PermanentRedirect')],
  ])('is %s: %o', (verdict, error) => {
    expect(verdictOf(error)).toBe(verdict);
  });

  it('comes with a code', () => {
    expect([line('EPIPE'), answered(503, 'SlowDown'), new Error('x'), undefined].map(codeOf)).toEqual([
      'EPIPE',
      'SlowDown',
      'Unknown',
      'Unknown',
    ]);
  });
});

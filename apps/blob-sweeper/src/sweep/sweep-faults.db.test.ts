import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  slowDown,
  type Fault,
  type FaultProxy,
  type Operation,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const KEYS = keysOf('org1', blockIds('faults', 8));
const FIRST = KEYS[0]!;
let bucket: TestBucket;
let proxy: FaultProxy;
let store: ObjectStore;

beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  store = createS3Store(bucket.options({ endpoint: proxy.endpoint, requestTimeoutMs: 300 }));
  await bucket.put(...KEYS);
});
afterEach(async () => {
  store.close();
  bucket.close();
  await proxy.close();
});

const sweep = () => sweepKeys(store, 'org1/', KEYS, new AbortController().signal);
const always = (operation: Operation, fault: Fault) => {
  proxy.fault = (request) => (request.operation === operation ? fault : undefined);
};
const replaced = (body: string): Fault => ({ kind: 'rewrite', rewrite: () => body });
const XML = '<?xml version="1.0" encoding="UTF-8"?>';

/** Whatever happened: once the store is well again, the page is swept. */
async function endsWell(): Promise<void> {
  proxy.fault = () => undefined;
  expect(await sweep()).toMatchObject({ left: undefined });
  expect(await bucket.contents()).toEqual([]);
}

const LISTINGS: Operation[] = ['ListObjectVersions', 'ListMultipartUploads'];
const ANSWERS: [string, string][] = [
  ['an empty body', ''],
  ['an error in a 200', `${XML}<Error><Code>InternalError</Code><Message>sorry</Message></Error>`],
  ['a web page', '<!DOCTYPE html><html><body>sign in</body></html>'],
  [
    'an empty listing of another kind',
    `${XML}<ListBucketResult><Name>b</Name><Prefix>org1/</Prefix><IsTruncated>false</IsTruncated></ListBucketResult>`,
  ],
  ['a listing of another prefix', `${XML}<R><Prefix>org2/</Prefix><IsTruncated>false</IsTruncated></R>`],
  ['a listing that does not say whether it is whole', `${XML}<R><Prefix>org1/</Prefix></R>`],
  ['a truncated listing of nothing', `${XML}<R><Prefix>org1/</Prefix><IsTruncated>true</IsTruncated></R>`],
];

describe('a store that does not tell the truth', () => {
  it.each(LISTINGS.flatMap((operation) => ANSWERS.map(([what, body]) => ({ operation, what, body }))))(
    'is not believed: $operation answers with $what',
    async ({ operation, body }) => {
      const root = operation === 'ListObjectVersions' ? 'ListVersionsResult' : 'ListMultipartUploadsResult';
      always(operation, replaced(body.replaceAll('R>', `${root}>`)));
      await expect(sweep()).rejects.toThrow();
      await endsWell();
    },
  );

  it('is not believed that everything was deleted when it deleted nothing', async () => {
    const deleted = (body: string) =>
      [...body.matchAll(/<Key>[^<]*<\/Key>/g)].map(([key]) => `<Deleted>${key}</Deleted>`);
    proxy.fault = ({ operation, body }) =>
      operation === 'DeleteObjects'
        ? {
            kind: 'answer',
            status: 200,
            body: `${XML}<DeleteResult>${deleted(body).join('')}</DeleteResult>`,
          }
        : undefined;
    expect(await sweep()).toMatchObject({
      left: { keys: new Set(KEYS), reason: '8 StillThere', kind: 'retry' },
    });
    await endsWell();
  });

  it('says for each key why not: errors in a 200', async () => {
    proxy.fault = ({ operation, body }) =>
      operation === 'DeleteObjects' && body.includes(FIRST)
        ? {
            kind: 'answer',
            status: 200,
            body: `${XML}<DeleteResult><Error><Key>${FIRST}</Key><Code>InternalError</Code></Error></DeleteResult>`,
          }
        : undefined;
    expect(await sweep()).toMatchObject({
      left: { keys: new Set(KEYS), reason: '1 InternalError, 7 Unanswered', kind: 'retry' },
    });
    await endsWell();
  });

  it.each([
    ['an empty 200', ''],
    ['no key in it', `${XML}<DeleteResult></DeleteResult>`],
  ])('deleted, but answers with %s: gone is what the listing says', async (_, body) => {
    always('DeleteObjects', replaced(body));
    // The empty one is no answer at all; the other names no key, which is no reason to doubt the listing.
    if (body === '') await expect(sweep()).rejects.toThrow();
    else expect(await sweep()).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual([]);
    await endsWell();
  });

  it('leaves out half of the keys it deleted', async () => {
    const halve = (body: string) => body.replace(/<Deleted>.*?<\/Deleted>/, '');
    always('DeleteObjects', { kind: 'rewrite', rewrite: halve });
    expect(await sweep()).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual([]);
  });

  it.each(['ListObjectVersions', 'ListMultipartUploads', 'DeleteObjects'] as const)(
    'cuts its answer to %s in the middle',
    async (operation) => {
      always(operation, { kind: 'rewrite', rewrite: (body) => body.slice(0, body.length * 0.6) });
      await expect(sweep()).rejects.toThrow();
      await endsWell();
    },
  );
});

const LOSSES: Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'hang', when: 'before' },
  { kind: 'hang', when: 'after' },
  { kind: 'stall' },
  { kind: 'cut' },
  slowDown,
];
const OPERATIONS: Operation[] = ['GetBucketVersioning', 'DeleteObjects', ...LISTINGS];

describe('a store that gets lost', () => {
  it.each(OPERATIONS.flatMap((operation) => LOSSES.map((fault) => ({ operation, fault }))))(
    'rejects within its time limit, and is swept later: $operation, $fault',
    async ({ operation, fault }) => {
      always(operation, fault);
      await expect(sweep()).rejects.toThrow();
      await endsWell();
    },
  );

  it.each(LOSSES)('is asked again when it fails once: %s', async (fault) => {
    let first = true;
    proxy.fault = ({ operation }) => {
      if (operation !== 'DeleteObjects' || !first) return undefined;
      first = false;
      return fault;
    };
    // What broke amid an answer's body is no longer the client's to repeat; the page comes again.
    await sweep().catch(sweep);
    expect(await bucket.contents()).toEqual([]);
  });

  it('says that uploads are left which it may not abort', async () => {
    await bucket.begin(FIRST);
    const body = `${XML}<Error><Code>AccessDenied</Code><Message>no</Message></Error>`;
    always('AbortMultipartUpload', { kind: 'answer', status: 403, body });
    expect(await sweep()).toMatchObject({
      left: { keys: new Set([FIRST]), reason: '1 AccessDenied', kind: 'permission' },
    });
    await endsWell();
  });

  it('lets go of a request when it is closed', async () => {
    const slow = createS3Store(bucket.options({ endpoint: proxy.endpoint }));
    const asked = new Promise<void>((resolve) => {
      proxy.fault = () => {
        resolve();
        return { kind: 'hang', when: 'before' };
      };
    });
    const swept = sweepKeys(slow, 'org1/', KEYS, new AbortController().signal);
    const ended = expect(swept).rejects.toThrow();
    await asked;
    slow.close();
    await ended;
  });
});

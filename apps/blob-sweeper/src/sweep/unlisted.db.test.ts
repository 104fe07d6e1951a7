import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const KEYS = keysOf('org1', blockIds('unlisted', 12));
const [FIRST, SECOND] = KEYS as [string, string];
let bucket: TestBucket;
let proxy: FaultProxy;
let store: ObjectStore;
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  store = createS3Store(bucket.options({ endpoint: proxy.endpoint }));
});
afterEach(async () => {
  store.close();
  bucket.close();
  await proxy.close();
});
const sweep = () => sweepKeys(store, 'org1/', KEYS, new AbortController().signal);
const without = (key: string) => (body: string) =>
  body.replace(/<Version>.*?<\/Version>/gs, (item) => (item.includes(`<Key>${key}</Key>`) ? '' : item));
/** No listing shows FIRST, and its deletion, if any, has this code. */
const hide = (code?: string) => {
  proxy.fault = ({ operation }) => {
    if (operation === 'ListObjectVersions') return { kind: 'rewrite', rewrite: without(FIRST) };
    if (operation !== 'DeleteObjects' || code === undefined) return undefined;
    const error = `<Error><Key>${FIRST}</Key><Code>${code}</Code></Error>`;
    return {
      kind: 'rewrite',
      rewrite: (body) =>
        body
          .replace(/<Deleted>.*?<\/Deleted>/gs, (item) => (item.includes(FIRST) ? '' : item))
          .replace('</DeleteResult>', `${error}</DeleteResult>`),
    };
  };
};

describe('an object that no listing shows', () => {
  it('is deleted where there are no versions, in the same request, and counts as missing', async () => {
    await bucket.put(FIRST, SECOND);
    hide();
    expect(await sweep()).toMatchObject({ found: 1, missing: 11, versions: 1, left: undefined });
    expect(await bucket.contents()).toEqual([]);
    expect(proxy.requests.map(({ operation }) => operation)).toEqual([
      ...['ListMultipartUploads', 'ListObjectVersions', 'GetBucketVersioning'],
      ...['DeleteObjects', 'ListObjectVersions'],
    ]);
  });

  it('is deleted when nothing of its page is listed', async () => {
    await bucket.put(FIRST);
    hide();
    expect(await sweep()).toMatchObject({ found: 0, missing: 12, versions: 0, left: undefined });
    expect(await bucket.contents()).toEqual([]);
  });

  it.each([
    ['AccessDenied', 'permission'],
    ['InternalError', 'retry'],
  ])('is left when its deletion fails (%s)', async (code, kind) => {
    await bucket.put(SECOND);
    hide(code);
    expect(await sweep()).toMatchObject({
      ...{ found: 1, missing: 11, versions: 1 },
      left: { keys: new Set([FIRST]), unseen: 1, reason: `1 ${code}`, kind },
    });
  });

  it('is left for no failure of a deletion before the one that it went with', async () => {
    await bucket.put(FIRST);
    hide('InternalError');
    const { fault } = proxy;
    let deleted = false;
    proxy.fault = (request) => {
      if (request.operation === 'DeleteObjects' && !deleted) {
        deleted = true;
        const body = `<DeleteResult><Error><Key>${FIRST}</Key><Code>InternalError</Code></Error></DeleteResult>`;
        return { kind: 'answer', status: 200, body: body.replace('<Error>', answered() + '<Error>') };
      }
      return deleted ? undefined : fault(request);
    };
    const answered = () =>
      KEYS.slice(1)
        .map((key) => `<Deleted><Key>${key}</Key></Deleted>`)
        .join('');
    expect(await sweep()).toMatchObject({ found: 1, missing: 11, versions: 1, left: undefined });
    expect(await bucket.contents()).toEqual([]);
  });
});

describe('a bucket that has versions since it was asked', () => {
  it.each(['Enabled', 'Suspended'] as const)('keeps no marker of what was missing (%s)', async (status) => {
    await bucket.put(FIRST);
    expect(await store.mayHaveVersions()).toBe(false);
    await bucket.versioning('Enabled');
    await bucket.versioning(status);
    expect((await sweep()).left).toBeUndefined();
    expect(await bucket.contents()).toEqual([]);
  });

  it('that shows versions gets no marker at all', async () => {
    expect(await store.mayHaveVersions()).toBe(false);
    await bucket.versioning('Enabled');
    await bucket.put(FIRST);
    expect(await sweep()).toMatchObject({ found: 1, missing: 11, versions: 1, left: undefined });
    expect(await bucket.contents()).toEqual([]);
  });
});

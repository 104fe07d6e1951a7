import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type Fault,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const KEYS = keysOf('org1', blockIds('poison', 64));
const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const error = (status: number, code: string): Fault => ({
  kind: 'answer',
  status,
  body: `${XML}<Error><Code>${code}</Code><Message>no</Message></Error>`,
});

let bucket: TestBucket;
let proxy: FaultProxy;
let store: ObjectStore;
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  store = createS3Store(bucket.options({ endpoint: proxy.endpoint, requestTimeoutMs: 400 }));
  await bucket.put(...KEYS);
});
afterEach(async () => {
  store.close();
  bucket.close();
  await proxy.close();
});

/** Different ones: the client may repeat one whose answer made no sense. */
const deletions = () =>
  new Set(proxy.requests.filter(({ operation }) => operation === 'DeleteObjects').map(({ body }) => body))
    .size;
const sweep = () => sweepKeys(store, 'org1/', KEYS, new AbortController().signal);
/** Every deletion that contains one of these fails as a whole. */
const poison = (keys: readonly string[], fault: Fault) => {
  proxy.fault = ({ operation, body }) =>
    operation === 'DeleteObjects' && keys.some((key) => body.includes(key)) ? fault : undefined;
};

describe('a deletion that fails as a whole', () => {
  it.each<[string, Fault, string]>([
    ['is malformed by one key', error(400, 'MalformedXML'), 'MalformedXML'],
    ['has an argument that is not taken', error(400, 'InvalidArgument'), 'InvalidArgument'],
    ['is answered with nothing', { kind: 'rewrite', rewrite: () => '' }, ''],
    [
      'is answered with half of what it should',
      { kind: 'rewrite', rewrite: (body) => body.slice(0, -40) },
      '',
    ],
  ])('is split until the key is found: it %s', async (_, fault, code) => {
    const [bad] = KEYS.slice(23);
    poison([bad!], fault);
    const swept = await sweep();
    if (code === '')
      expect(swept).toMatchObject({ found: 64, left: undefined }); // it was carried out
    else {
      expect(swept).toMatchObject({ found: 64, missing: 0, versions: 63 });
      expect(swept.left).toMatchObject({ keys: new Set([bad]), kind: 'retry', reason: `1 ${code}` });
      expect(await bucket.contents()).toEqual([bad]);
    }
    expect(deletions()).toBeLessThanOrEqual(2 * 6 + 1);
    proxy.fault = () => undefined;
    expect((await sweep()).left).toBeUndefined();
    expect(await bucket.contents()).toEqual([]);
  });

  it('finds several such keys, in as many requests as that takes', async () => {
    const bad = [3, 4, 40].map((n) => KEYS[n]!);
    poison(bad, error(400, 'MalformedXML'));
    expect((await sweep()).left).toMatchObject({ keys: new Set(bad), reason: '3 MalformedXML' });
    expect(await bucket.contents()).toEqual(bad);
    expect(deletions()).toBeLessThanOrEqual(3 * (2 * 6 + 1));
  });

  it.each<[string, Fault, number]>([
    ['takes nothing at all', error(400, 'MalformedXML'), 8],
    ['answers with nothing', { kind: 'rewrite', rewrite: () => '' }, 8],
    ['has lost its bucket', error(404, 'NoSuchBucket'), 1],
    ['does not know the keys', error(403, 'InvalidAccessKeyId'), 1],
  ])('rejects, and asks no more than it must, when the store %s', async (_, fault, most) => {
    poison(KEYS, fault);
    await expect(sweep()).rejects.toThrow();
    expect(deletions()).toBeLessThanOrEqual(most);
  });

  it('rejects when more keys are bad than a store that is well would have', async () => {
    poison(
      KEYS.filter((_, n) => n % 2 === 1),
      error(400, 'InvalidArgument'),
    );
    await expect(sweep()).rejects.toThrow();
    expect(deletions()).toBeLessThanOrEqual(2 * 8 * 7);
  });

  it.each<Fault>([
    { kind: 'reset', when: 'before' },
    { kind: 'hang', when: 'after' },
    { kind: 'cut' },
    error(503, 'SlowDown'),
  ])('is not split where nobody answered, or the store is busy: %o', async (fault) => {
    poison([KEYS[23]!], fault);
    await expect(sweep()).rejects.toThrow();
    const sizes = proxy.requests
      .filter(({ operation }) => operation === 'DeleteObjects')
      .map(({ body }) => body.split('<Key>').length - 1);
    expect(new Set(sizes)).toEqual(new Set([64]));
  });

  it('is split by version where there are versions', async () => {
    await bucket.versioning('Enabled');
    await bucket.put(...KEYS.slice(0, 8));
    poison([KEYS[2]!], error(500, 'InternalError'));
    const swept = await sweep();
    expect(swept.left).toMatchObject({ keys: new Set([KEYS[2]]), reason: '1 InternalError' });
    expect(await bucket.contents()).toEqual([KEYS[2], KEYS[2]]);
    expect(swept).toMatchObject({ found: 64, versions: 70 });
  });
});
